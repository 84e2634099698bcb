set -- sigs.k8s.io/kustomize/kustomize/v5@v@{ pin("tools.kustomize.version") }@ github.com/yannh/kubeconform/cmd/kubeconform@v@{ pin("tools.kubeconform.version") }@
for tool; do
  GOBIN=$PWD/.tools go install "$tool"
done
git ls-files 'deploy/*kustomization.yaml' | while read -r file; do
  echo "$file"
  .tools/kustomize build "$(dirname "$file")" >.tools/rendered.yaml
  # Custom resources have no schema here; the cluster knows them.
  .tools/kubeconform -strict -summary -ignore-missing-schemas .tools/rendered.yaml
done
