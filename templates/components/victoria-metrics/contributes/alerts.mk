.PHONY: alerts
alerts: ## Check the alerts and run their tests
	docker run --rm --volume "$(CURDIR)/observability/metrics:/rules:ro" --entrypoint promtool @{ image("prometheus") }@ check rules /rules/rules.yaml
	docker run --rm --volume "$(CURDIR)/observability/metrics:/rules:ro" --entrypoint promtool @{ image("prometheus") }@ test rules /rules/rules_test.yaml
@% for environment in clusters %@
	@[ "$$(sed -e '1,/^  groups:/d' -e 's/^  //' -e 's/"@{ environment.namespace }@"/"@{ local.name }@"/g' -e 's/: @{ environment.namespace }@$$/: @{ local.name }@/' -e /runbook_url:/d deploy/kubernetes/overlays/@{ environment.name }@/alerts.yaml)" = \
	  "$$(sed -e '1,/^groups:/d' -e /runbook_url:/d observability/metrics/rules.yaml)" ] || \
	  { echo "the alerts of @{ environment.name }@ are not those that are tested" >&2; exit 1; }
@% endfor %@
