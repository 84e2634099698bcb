// Command expressions parses what asks for metrics in YAML and JSON files, as VictoriaMetrics does: rules, their tests,
// Grafana's dashboards (also inside config maps) and scalers. It prints what does not parse, and how many there were.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/VictoriaMetrics/metricsql"
	"go.yaml.in/yaml/v3"
)

var (
	// What Grafana writes in place of its own variables; within quotes they are text like any other.
	variables = regexp.MustCompile(`\$__(rate_interval|interval|range)\b`)
	// The question behind a dashboard's list of choices: the series' own query is its first argument.
	choices = regexp.MustCompile(`^label_values\((.+), *\w+\)$`)
)

// search goes through a document and collects what is wrong with its queries.
type search struct {
	file     string
	count    int
	problems []string
}

func (s *search) visit(node *yaml.Node) {
	if node.Kind == yaml.MappingNode {
		s.mapping(node)
	}
	for _, child := range node.Content {
		s.visit(child)
	}
}

func (s *search) mapping(node *yaml.Node) {
	metrics := !strings.Contains(text(field(field(node, "datasource"), "type")), "loki")
	for at := 0; at+1 < len(node.Content); at += 2 {
		key, value := node.Content[at].Value, node.Content[at+1]
		switch {
		case key == "expr" && metrics && value.Kind == yaml.ScalarNode:
			s.query(value)
		case key == "query" && value.Kind == yaml.ScalarNode && choices.MatchString(value.Value):
			s.query(value)
		case key == "metadata" && text(field(node, "type")) == "prometheus":
			s.query(field(value, "query"))
		case strings.HasSuffix(key, ".json") && value.Kind == yaml.ScalarNode:
			s.read(strings.NewReader(value.Value))
		}
	}
}

func (s *search) query(node *yaml.Node) {
	asked := variables.ReplaceAllString(text(node), "5m")
	if inner := choices.FindStringSubmatch(asked); inner != nil {
		asked = inner[1]
	}
	s.count++
	if _, err := metricsql.Parse(asked); err != nil {
		s.problems = append(s.problems, fmt.Sprintf("%s: %s: %v", s.file, asked, err))
	}
}

func (s *search) read(from io.Reader) {
	decoder := yaml.NewDecoder(from)
	for {
		var document yaml.Node
		err := decoder.Decode(&document)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			s.problems = append(s.problems, fmt.Sprintf("%s: %v", s.file, err))
			return
		}
		s.visit(&document)
	}
}

// field is the value of a mapping's key, or nil.
func field(node *yaml.Node, name string) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for at := 0; at+1 < len(node.Content); at += 2 {
		if node.Content[at].Value == name {
			return node.Content[at+1]
		}
	}
	return nil
}

func text(node *yaml.Node) string {
	if node == nil {
		return ""
	}
	return node.Value
}

func main() {
	count, bad := 0, 0
	for _, name := range os.Args[1:] {
		file, err := os.Open(name)
		if err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		found := search{file: name}
		found.read(file)
		_ = file.Close()
		for _, problem := range found.problems {
			fmt.Println(problem)
		}
		count += found.count
		bad += len(found.problems)
	}
	if bad > 0 {
		os.Exit(1)
	}
	fmt.Println(count)
}
