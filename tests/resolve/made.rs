//! Stacks that differ from a blueprint's in one thing, and make a repository without a finding.
use stackwright::Generated;
use stackwright::check::Severity;
use stackwright::diagnostic::Source;

use crate::bench::Bench;

/// A repository from an embedded blueprint in which a text is replaced.
fn made(id: &str, from: &str, to: &str) -> Generated {
    let bench = Bench::embedded();
    let text = bench.source(id).text;
    assert!(text.contains(from), "{id} has no {from:?}");
    let source = Source::new("test.yaml", text.replacen(from, to, 1));
    bench.generated(&source, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The findings about it.
fn findings(id: &str, from: &str, to: &str) -> Vec<String> {
    let made = made(id, from, to);
    let found = made.report.findings.iter().filter(|finding| finding.severity > Severity::Note);
    found.map(|found| format!("{}:{:?} {} {}", found.file, found.line, found.rule, found.message)).collect()
}

#[test]
fn a_django_unit_published_on_another_port_makes_a_clean_repository() {
    assert_eq!(findings("django-gitops", "publish: { http: 8000 }", "publish: { http: 8080 }"), Vec::<String>::new());
}

#[test]
fn a_django_unit_that_is_not_published_makes_a_clean_repository() {
    assert_eq!(findings("django-gitops", "publish: { http: 8000 }", "publish: {}"), Vec::<String>::new());
}

#[test]
fn a_singleton_that_an_environment_switches_off_has_no_replica_there() {
    let host = "    host: \"@{ domain if item == environments | last else item ~ '.' ~ domain }@\"\n";
    let off = format!("{host}    replicas: {{ api-beat: 0 }}\n");
    let made = made("django-gitops", host, &off);
    let overlay = &made.tree.get("deploy/kubernetes/overlays/staging/kustomization.yaml").unwrap().contents;
    assert!(overlay.contains("  - name: api-beat\n    count: 0\n"), "{overlay}");
}
