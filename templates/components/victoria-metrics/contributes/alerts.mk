.PHONY: alerts
alerts: ## Check the alerts and run their tests
	docker run --rm --volume "$(CURDIR)/observability/metrics:/rules:ro,z" --entrypoint promtool @{ image("prometheus") }@ check rules /rules/rules.yaml
	docker run --rm --volume "$(CURDIR)/observability/metrics:/rules:ro,z" --entrypoint promtool @{ image("prometheus") }@ test rules /rules/rules_test.yaml
