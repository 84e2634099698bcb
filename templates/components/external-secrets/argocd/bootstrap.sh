# Workloads need their secrets. Argo CD installs the operator; the store is configured per cluster.
store=@{ params.store | shell }@
apply deploy/argocd/bootstrap/external-secrets.yaml
wait_for wait --for create --timeout 300s crd/clustersecretstores.external-secrets.io || die "the operator for secrets isn't there
  yet: kubectl --namespace argocd describe application external-secrets"
ready='{.status.conditions[?(@.type=="Ready")].status}'
if [[ $(kubectl get clustersecretstore "$store" --ignore-not-found --output "jsonpath=$ready" 2>&1) != True ]]; then
  if [[ -n $dry_run ]]; then
    echo "would refuse to go on: the ClusterSecretStore '$store' isn't Ready"
  else
    die "the ClusterSecretStore '$store' isn't Ready, so nothing of @{ project.name }@ is deployed yet.
  Make it (docs/operations.md has an example), then run this again. What it says about itself:
  kubectl describe clustersecretstore $store"
  fi
fi
