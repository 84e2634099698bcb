package domain

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Errors that callers are told about. Any other error is internal.
var (
	// ErrNotFound is also returned for resources of other users, so that their existence does not leak.
	ErrNotFound = errors.New("there is no such thing")
@% if params.http or params.grpc %@
	// ErrKeyReused means that the idempotency key was used before with a different request.
	ErrKeyReused = errors.New("the key belongs to another request")
@% endif %@
)

// InvalidError maps each invalid field to a reason.
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
