#!/usr/bin/env bash
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

apply --filename deploy/argocd/bootstrap/namespace.yaml
# Rendered, not installed: Argo CD looks after itself afterwards, and two owners would quarrel.
helm template argocd argo-cd --repo https://argoproj.github.io/argo-helm --version "$chart_version" \
  --namespace argocd --include-crds --values deploy/argocd/values.yaml | apply --namespace argocd --filename -
kubectl wait --for condition=Established --timeout 60s \
  crd/applications.argoproj.io crd/appprojects.argoproj.io crd/applicationsets.argoproj.io
apply --kustomize deploy/argocd/bootstrap
kubectl --namespace argocd rollout status --timeout 300s \
  deployment/argocd-server deployment/argocd-repo-server statefulset/argocd-application-controller
apply --filename "$root"

cat <<NEXT
Argo CD follows @{ project.repository }@ now.
  A private repository: argocd repo add @{ project.repository }@ --username … --password …
  Watch it:             kubectl --namespace argocd get applications --watch
  Its pages:            kubectl --namespace argocd port-forward service/argocd-server 8443:443
NEXT
