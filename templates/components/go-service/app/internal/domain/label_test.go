package domain_test

import (
	"strings"
	"testing"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

func TestALabelIsShortAndPrintable(t *testing.T) {
	for _, test := range []struct{ text, problem string }{
		{"a|b c~", ""},
		{strings.Repeat("x", 8), ""},
		{"", "must be given"},
		{strings.Repeat("x", 9), "must not be longer than 8 characters"},
		{"a\x00b", "must be printable ASCII"},
		{"a\xffb", "must be printable ASCII"},
		{"é", "must be printable ASCII"},
		{"a\x7f", "must be printable ASCII"},
		{"a\n", "must be printable ASCII"},
	} {
		if problem := domain.LabelProblem(test.text, 8); problem != test.problem {
			t.Errorf("%q: %q, not %q", test.text, problem, test.problem)
		}
	}
}
