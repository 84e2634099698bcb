// Command argodiff compares objects with what the API server made of them, by the rules of Argo CD's own engine for
// Applications that are applied on the server.
//
// usage: argodiff OPENAPI PAIRS
// OPENAPI is the API server's description of its types, version 2. PAIRS is a JSON list of objects with `config`, which
// was applied, and `live`, which was read back. It prints one line for each pair that Argo CD would call OutOfSync.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/diff"
	openapi "github.com/google/gnostic-models/openapiv2"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/kube-openapi/pkg/util/proto"
)

// manager is the field manager that Argo CD applies with.
const manager = "argocd-controller"

type pair struct {
	Config map[string]any `json:"config"`
	Live   map[string]any `json:"live"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "argodiff:", err)
		os.Exit(2)
	}
}

func run(arguments []string) error {
	if len(arguments) != 2 {
		return fmt.Errorf("usage: argodiff OPENAPI PAIRS")
	}
	parser, err := types(arguments[0])
	if err != nil {
		return fmt.Errorf("reading the API server's types: %w", err)
	}
	text, err := os.ReadFile(arguments[1])
	if err != nil {
		return err
	}
	var pairs []pair
	if err := json.Unmarshal(text, &pairs); err != nil {
		return fmt.Errorf("reading %s: %w", arguments[1], err)
	}
	for _, one := range pairs {
		config, live := &unstructured.Unstructured{Object: one.Config}, &unstructured.Unstructured{Object: one.Live}
		result, err := diff.Diff(context.Background(), config, live,
			diff.WithStructuredMergeDiff(true), diff.WithGVKParser(parser), diff.WithManager(manager))
		if err != nil {
			return fmt.Errorf("%s %s: %w", config.GetKind(), config.GetName(), err)
		}
		if result.Modified {
			fmt.Printf("%s %s: live %s, wanted %s\n", config.GetKind(), config.GetName(), result.NormalizedLive, result.PredictedLive)
		}
	}
	return nil
}

// types reads the description of the API server's types.
func types(file string) (*managedfields.GvkParser, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	document, err := openapi.ParseDocument(text)
	if err != nil {
		return nil, err
	}
	models, err := proto.NewOpenAPIData(document)
	if err != nil {
		return nil, err
	}
	return managedfields.NewGVKParser(models, false)
}
