#!/usr/bin/env bash
# Installs Argo CD in the current cluster; everything else is synced from this repository. Idempotent.
#
#   scripts/bootstrap CLUSTER [--dry-run] [--yes]
#
# CLUSTER is a directory in deploy/argocd/clusters. --dry-run only prints what would change; --yes skips the confirmation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

chart_version=@{ pin("charts.argo-cd.version") }@
oldest_cluster=30 # of Kubernetes 1: preStop.sleep
oldest_kubectl=31 # wait --for create

die() {
  echo "bootstrap: $*" >&2
  exit 1
}

cluster='' dry_run='' yes=''
for argument; do
  case $argument in
    --dry-run) dry_run=yes ;;
    --yes) yes=yes ;;
    -*) die "there is no $argument; --dry-run and --yes are known" ;;
    *) cluster=$argument ;;
  esac
done
root=deploy/argocd/clusters/$cluster/root.yaml
[[ -n $cluster && -f $root ]] || die "say which cluster: $(cd deploy/argocd/clusters && echo *)"

minor() { # the minor version, from JSON on standard input
  sed -n 's/.*"minor": *"\([0-9]*\).*/\1/p' | head -n 1
}

# All preconditions are checked before anything is changed.
for program in kubectl helm; do
  command -v "$program" >/dev/null || die "$program is needed"
done
own=$(kubectl version --client --output json | minor)
((own >= oldest_kubectl)) || die "kubectl is 1.$own; 1.$oldest_kubectl or newer is needed"
context=$(kubectl config current-context) || die "kubectl has no current context"
version=$(kubectl get --raw /version) || die "the cluster of context '$context' doesn't answer"
there=$(minor <<<"$version")
((there >= oldest_cluster)) || die "the cluster of context '$context' is 1.$there; 1.$oldest_cluster or newer is needed"
kubectl auth can-i '*' '*' --all-namespaces --quiet || die "context '$context' is no administrator of its cluster"

installed=$(kubectl get namespace/argocd crd/applications.argoproj.io --ignore-not-found --output name | wc -l)
if ((installed == 2)); then
  follows=$(kubectl --namespace argocd get application/root --ignore-not-found --output 'jsonpath={.spec.source.path}')
  [[ -z $follows || $follows == "${root%/*}" ]] || die "the cluster of context '$context' follows $follows already"
fi

rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
# helm template, not install: Argo CD manages itself afterwards, and must be the only owner.
helm template argocd argo-cd --repo https://argoproj.github.io/argo-helm --version "$chart_version" \
  --namespace argocd --include-crds --values deploy/argocd/values.yaml >"$rendered"

if [[ -z $dry_run && -z $yes ]]; then
  read -rp "Hand the cluster of context '$context' to Argo CD as '$cluster'? [y/N] " answer
  [[ $answer == [yY] ]] || die "nothing was changed"
fi

apply() { # FILE [flag...]: server-side apply
  local flags=(--server-side --force-conflicts --field-manager bootstrap --filename "$@")
  if [[ -z $dry_run ]]; then
    kubectl apply "${flags[@]}"
    return
  fi
  local changes=0 what=${1/$rendered/Argo CD $chart_version}
  if ((installed < 2)); then
    echo "would create: $what"
    return
  fi
  kubectl diff "${flags[@]}" || changes=$?
  case $changes in
    0) echo "stays as it is: $what" ;;
    1) echo "would change, as above: $what" ;;
    *) exit "$changes" ;;
  esac
}

wait_for() { # KUBECTL ARGUMENTS, skipped in a dry run
  [[ -n $dry_run ]] || kubectl "$@"
}

apply deploy/argocd/bootstrap/configuration.yaml
apply "$rendered" --namespace argocd
wait_for wait --for=condition=Established --timeout 60s \
  crd/applications.argoproj.io crd/appprojects.argoproj.io crd/applicationsets.argoproj.io
# Only what the root needs: the rest of bootstrap/ depends on CRDs that the operators install, in sync waves.
apply deploy/argocd/bootstrap/project.yaml
wait_for --namespace argocd rollout status --timeout 300s \
  deployment/argocd-server deployment/argocd-repo-server statefulset/argocd-application-controller
@% for part in contributions("argocd.bootstrap") %@

@{ part.text }@
@% endfor %@
apply "$root"

if [[ -n $dry_run ]]; then
  echo "Nothing was changed in the cluster of context '$context'."
  exit
fi
cat <<NEXT
Argo CD follows @{ project.repository }@ now.
  A private repository: give Argo CD a key that may only read: docs/operations.md
@% if view.promoted %@
  '@{ view.promoted }@' stays empty, and its Application unknown, until scripts/promote @{ view.promoted }@ names the first release.
@% endif %@
  Watch it:             kubectl --namespace argocd get applications --watch
  Its pages:            kubectl --namespace argocd port-forward service/argocd-server 8443:443
NEXT
