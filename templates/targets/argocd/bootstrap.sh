#!/usr/bin/env bash
@% set stores = platforms | selectattr("component", "eq", "external-secrets") | map(attribute="params.store") | list %@
# Hands the current cluster to Argo CD, which takes everything else from this repository. Running it again
# changes nothing.
#
#   scripts/bootstrap CLUSTER [--yes]    CLUSTER is a directory of deploy/argocd/clusters; --yes doesn't ask
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

chart_version=@{ pin("charts.argo-cd.version") }@

die() {
  echo "bootstrap: $*" >&2
  exit 1
}

cluster=${1:-}
root=deploy/argocd/clusters/$cluster/root.yaml
[[ -n $cluster && -f $root ]] || die "say which cluster: $(cd deploy/argocd/clusters && echo *)"
for program in kubectl helm; do
  command -v "$program" >/dev/null || die "$program is needed"
done

context=$(kubectl config current-context) || die "kubectl has no current context"
if [[ ${2:-} != --yes ]]; then
  read -rp "Hand the cluster of context '$context' to Argo CD as '$cluster'? [y/N] " answer
  [[ $answer == [yY] ]] || die "nothing was changed"
fi

apply() {
  kubectl apply --server-side --force-conflicts --field-manager bootstrap "$@"
}

apply --filename deploy/argocd/bootstrap/configuration.yaml
# Rendered, not installed: Argo CD looks after itself afterwards, and two owners would quarrel.
helm template argocd argo-cd --repo https://argoproj.github.io/argo-helm --version "$chart_version" \
  --namespace argocd --include-crds --values deploy/argocd/values.yaml | apply --namespace argocd --filename -
kubectl wait --for condition=Established --timeout 60s \
  crd/applications.argoproj.io crd/appprojects.argoproj.io crd/applicationsets.argoproj.io
# Only what the root needs to begin: the rest of bootstrap/ has kinds whose definitions the operators bring, in waves.
apply --filename deploy/argocd/bootstrap/project.yaml
kubectl --namespace argocd rollout status --timeout 300s \
  deployment/argocd-server deployment/argocd-repo-server statefulset/argocd-application-controller
@% for store in stores %@

# What runs needs its secrets, and the way to them belongs to the cluster: Argo CD brings the operator, not the store.
store=@{ store | shell }@
apply --filename deploy/argocd/bootstrap/external-secrets.yaml
kubectl wait --for create --timeout 300s crd/clustersecretstores.external-secrets.io || die "the operator for secrets isn't there
  yet: kubectl --namespace argocd describe application external-secrets"
ready='{.status.conditions[?(@.type=="Ready")].status}'
if [[ $(kubectl get clustersecretstore "$store" --ignore-not-found --output "jsonpath=$ready") != True ]]; then
  die "the ClusterSecretStore '$store' isn't Ready, so nothing of @{ project.name }@ is deployed yet.
  Make it (docs/operations.md has an example), then run this again. What it says about itself:
  kubectl describe clustersecretstore $store"
fi
@% endfor %@
apply --filename "$root"

cat <<NEXT
Argo CD follows @{ project.repository }@ now.
  A private repository: give Argo CD a key that may only read: docs/operations.md
@% if view.promoted %@
  '@{ view.promoted }@' stays empty, and its Application unknown, until scripts/promote @{ view.promoted }@ names the first release.
@% endif %@
  Watch it:             kubectl --namespace argocd get applications --watch
  Its pages:            kubectl --namespace argocd port-forward service/argocd-server 8443:443
NEXT
