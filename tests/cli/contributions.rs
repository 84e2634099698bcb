//! What a component adds to files that others assemble, and what is said when it can't be.
use crate::support::Sandbox;

const GREETER: &str = "catalog/components/greeter/component.yaml";

/// The tests' own greeter, which contributes that as well.
fn contributing(entry: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let description = sandbox.read(GREETER);
    sandbox.write(GREETER, &format!("{description}contributes:\n  - {entry}\n"));
    sandbox
}

/// What `catalog check` says about it.
fn checked(sandbox: &Sandbox) -> String {
    let run = sandbox.run(&["catalog", "check", "--catalog", "catalog"]);
    assert_eq!(run.code, 1, "{}{}", run.stdout, run.stderr);
    run.stdout + &run.stderr
}

#[test]
fn a_point_that_nobody_accepts_is_refused_with_a_guess_when_checked_and_when_generated() {
    let sandbox = contributing("{ to: make.target, value: \"x:\" }");
    let place = "component.yaml:";
    for said in [checked(&sandbox), sandbox.new_tiny(&["hello", "--yes"]).stderr] {
        assert!(said.contains("nobody accepts contributions to `make.target`"), "{said}");
        assert!(said.contains("did you mean `make.targets`?") && said.contains(place), "{said}");
        assert!(said.contains("{ to: make.target, value"), "the line is shown: {said}");
    }
    assert!(!sandbox.path("hello").exists());
}

#[test]
fn a_contribution_whose_template_is_missing_is_refused_with_a_guess() {
    let sandbox = contributing("{ to: make.targets, from: contributes/greet.mk }");
    sandbox.write("catalog/components/greeter/contributes/greets.mk", "greet:\n");
    let said = checked(&sandbox);
    assert!(said.contains("there is no template `contributes/greet.mk` in this folder"), "{said}");
    assert!(said.contains("did you mean `contributes/greets.mk`?"), "{said}");
    assert!(said.contains("no contribution uses `contributes/greets.mk`"), "{said}");
    let run = sandbox.new_tiny(&["hello", "--yes"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("there is no template `components/greeter/contributes/greet.mk`"), "{}", run.stderr);
}

#[test]
fn a_contribution_has_either_a_template_or_a_value_of_the_form_that_its_point_takes() {
    for (entry, why) in [
        ("{ to: make.targets }", "a contribution has either `from` or `value`"),
        ("{ to: make.targets, value: { a: 1 } }", "`make.targets` takes a text"),
        ("{ to: make.targets, valeu: x }", "did you mean `value`?"),
    ] {
        let said = checked(&contributing(entry));
        assert!(said.contains(why), "{entry}: {said}");
    }
}

#[test]
fn a_template_that_asks_for_a_point_nobody_in_the_stack_accepts_is_an_error() {
    let sandbox = Sandbox::new();
    sandbox.edit(
        GREETER,
        "live: [",
        "files:\n  - { from: app/go.mod, to: a, when: contributions('made.up') }\nlive: [",
    );
    let run = sandbox.new_tiny(&["hello", "--yes"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("nobody in this stack accepts `made.up`"), "{}", run.stderr);
}

#[test]
fn contributions_come_in_order_and_a_blank_text_is_none() {
    let sandbox = contributing(
        "{ to: make.targets, value: \"late: ## Of @{ unit.name }@\", order: 99 }\n  \
         - { to: make.targets, value: \"early: ## For @{ instances | map(attribute='unit.name') | join(', ') }@\", each: component, order: 98 }\n  \
         - { to: make.targets, value: \"@{ '' }@\", order: 97 }\n  \
         - { to: make.targets, value: \"never:\", when: params.replicas > 1 }",
    );
    sandbox.hello();
    let makefile = sandbox.read("hello/Makefile");
    assert!(makefile.ends_with("\n\nearly: ## For door\n\nlate: ## Of door\n"), "{makefile}");
    assert!(!makefile.contains("never:") && !makefile.contains("\n\n\n"), "{makefile}");
}
