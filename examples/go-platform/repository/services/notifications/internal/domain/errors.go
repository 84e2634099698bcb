package domain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// What callers can be told apart from accidents.
var (
	// ErrNotFound is also what a stranger is told about somebody else's things.
	ErrNotFound = errors.New("there is no such thing")
)

// InvalidError names the fields that are wrong, and why.
type InvalidError struct {
	Fields map[string]string
}

func (e *InvalidError) Error() string {
	all := make([]string, 0, len(e.Fields))
	for name, why := range e.Fields {
		all = append(all, fmt.Sprintf("%s %s", name, why))
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}
