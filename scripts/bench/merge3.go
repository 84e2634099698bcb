// Merges three YAML files with kyaml, lists by their keys: merge3 YOURS BASE NEW OUTPUT.
package main

import (
	"fmt"
	"os"

	"sigs.k8s.io/kustomize/kyaml/yaml/merge3"
)

func main() {
	var texts [3]string
	for i := range texts {
		text, err := os.ReadFile(os.Args[i+1])
		exitOn(err)
		texts[i] = string(text)
	}
	merged, err := merge3.MergeStrings(texts[0], texts[1], texts[2], true)
	exitOn(err)
	exitOn(os.WriteFile(os.Args[4], []byte(merged), 0o600))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
