package httpserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// Problem is an error that is disclosed to the client as problem details (RFC 9457).
type Problem struct {
	Status int               `json:"status"`
	Title  string            `json:"title"`
	Detail string            `json:"detail,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
}

// NewProblem returns a problem whose title is the status text.
func NewProblem(status int, detail string) *Problem {
	return &Problem{Status: status, Title: http.StatusText(status), Detail: detail}
}

func (p *Problem) Error() string { return fmt.Sprintf("%d %s: %s", p.Status, p.Title, p.Detail) }

func (p *Problem) write(w http.ResponseWriter) {
	body, _ := json.Marshal(p) // texts and a number can't fail
	w.Header().Set("Cache-Control", "no-store")
	write(w, p.Status, "application/problem+json", body)
}

// Decode reads a JSON body strictly: unknown fields and trailing data are errors.
func Decode[T any](r *Request) (T, error) {
	var into T
	if kind, _, err := mime.ParseMediaType(r.Header("Content-Type")); err != nil || kind != "application/json" {
		return into, NewProblem(http.StatusUnsupportedMediaType, "the body must be application/json")
	}
	decoder := json.NewDecoder(bytes.NewReader(r.Body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&into); err != nil {
		return into, NewProblem(http.StatusBadRequest, err.Error())
	}
	if _, err := decoder.Token(); err != io.EOF {
		return into, NewProblem(http.StatusBadRequest, "there is something after the JSON value")
	}
	return into, nil
}
