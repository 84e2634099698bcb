// Package architecture enforces the layers of the services by checking their imports.
package architecture

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
)

const module = "git.example.com/acme/shop"

// layers lists the packages of the same service that a layer may import, and whether it may import third-party
// packages.
var layers = map[string]struct {
	own    []string
	others bool
}{
	"internal/domain":   {nil, false},
	"internal/ports":    {[]string{"internal/domain"}, false},
	"internal/app":      {[]string{"internal/domain", "internal/ports"}, false},
	"internal/adapters": {[]string{"internal/domain", "internal/ports", "internal/app", "internal/adapters", "migrations"}, true},
	"migrations":        {nil, false},
	"cmd":               {[]string{"internal", "migrations"}, true},
}

func TestServices_Imports_RespectLayers(t *testing.T) {
	root := os.DirFS("../..")
	files, err := fs.Glob(root, "services/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no services: %v", err)
	}
	err = fs.WalkDir(root, "services", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imported := range parsed.Imports {
			target, err := strconv.Unquote(imported.Path.Value)
			if err != nil {
				return err
			}
			if why := refusal(name, target); why != "" {
				t.Errorf("%s imports %s: %s", name, target, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// refusal returns the reason why file may not import target, or "".
func refusal(file, target string) string {
	parts := strings.SplitN(file, "/", 3)
	service, inside := path.Join(parts[0], parts[1]), path.Dir(parts[2])
	for name, layer := range layers {
		if !within(inside, name) {
			continue
		}
		own, mine := strings.CutPrefix(target, module+"/"+service+"/")
		switch {
		case mine && within(own, name), mine && allowed(own, layer.own):
			return ""
		case mine:
			return name + " may not depend on it"
		case strings.HasPrefix(target, module+"/services/"):
			return "services share only generated code and pkg"
		case !layer.others && !strings.HasSuffix(file, "_test.go") && strings.Contains(target, ".") && target != "github.com/google/uuid":
			return name + " may import only the standard library and uuid"
		default:
			return ""
		}
	}
	return "the file is in no layer"
}

func allowed(target string, names []string) bool {
	for _, name := range names {
		if within(target, name) {
			return true
		}
	}
	return false
}

func within(name, directory string) bool {
	return name == directory || strings.HasPrefix(name, directory+"/")
}

func TestRefusal_Import_FollowsLayerRules(t *testing.T) {
	for _, test := range []struct {
		file, target string
		refused      bool
	}{
		{"services/a/internal/domain/x.go", "time", false},
		{"services/a/internal/domain/x.go", "github.com/jackc/pgx/v5", true},
		{"services/a/internal/domain/x.go", module + "/pkg/log", true},
		{"services/a/internal/domain/x.go", module + "/services/a/internal/app", true},
		{"services/a/internal/app/x.go", module + "/services/a/internal/ports", false},
		{"services/a/internal/app/x.go", module + "/services/a/internal/adapters/store", true},
		{"services/a/internal/adapters/store/x.go", "github.com/jackc/pgx/v5", false},
		{"services/a/cmd/a/main.go", module + "/services/b/internal/app", true},
		{"services/a/other/x.go", "time", true},
	} {
		if why := refusal(test.file, test.target); (why != "") != test.refused {
			t.Errorf("%s imports %s: %q", test.file, test.target, why)
		}
	}
}
