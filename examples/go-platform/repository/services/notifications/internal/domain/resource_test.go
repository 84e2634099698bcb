package domain_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git.example.com/acme/shop/services/notifications/internal/domain"
)

func TestNew_InvalidDraft_ReportsEachField(t *testing.T) {
	good := domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}
	for _, test := range []struct {
		name   string
		change func(*domain.Draft)
		wrong  []string
	}{
		{"valid", func(*domain.Draft) {}, nil},
		{"reference at the limit", func(d *domain.Draft) { d.Reference = strings.Repeat("é", 140) }, nil},
		{"reference over the limit", func(d *domain.Draft) { d.Reference = strings.Repeat("é", 141) }, []string{"reference"}},
		{"blank reference", func(d *domain.Draft) { d.Reference = " \t" }, []string{"reference"}},
		{"reference with a NUL byte", func(d *domain.Draft) { d.Reference = "a\x00b" }, []string{"reference"}},
		{"zero amount", func(d *domain.Draft) { d.Amount = 0 }, []string{"amount"}},
		{"negative amount", func(d *domain.Draft) { d.Amount = -1 }, []string{"amount"}},
		{"lower-case currency", func(d *domain.Draft) { d.Currency = "eur" }, []string{"currency"}},
		{"missing user id", func(d *domain.Draft) { d.UserID = "" }, []string{"user_id"}},
		{"user id with a NUL byte", func(d *domain.Draft) { d.UserID = "a\x00b" }, []string{"user_id"}},
		{"empty draft", func(d *domain.Draft) { *d = domain.Draft{} }, []string{"amount", "currency", "reference", "user_id"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			draft := good
			test.change(&draft)
			_, err := domain.NewNotification(draft, time.Now())
			var wrong []string
			if invalid, ok := errors.AsType[*domain.InvalidError](err); ok {
				wrong = slices.Sorted(maps.Keys(invalid.Fields))
			} else if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(wrong, test.wrong) {
				t.Errorf("invalid fields are %v, not %v", wrong, test.wrong)
			}
		})
	}
}

func TestConfirmed_AlreadyConfirmed_ChangesNothing(t *testing.T) {
	item, err := domain.NewNotification(domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	once, changed := item.Confirmed(time.Now())
	if !changed || once.Status != domain.StatusConfirmed || once.ConfirmedAt.IsZero() {
		t.Errorf("became %+v", once)
	}
	if twice, changed := once.Confirmed(time.Now().Add(time.Hour)); changed || twice != once {
		t.Errorf("became %+v", twice)
	}
}

func TestID_NewAndParse_SortsByTimeAndRoundTrips(t *testing.T) {
	var first, second domain.ID
	synctest.Test(t, func(*testing.T) { // with a fake clock
		first = domain.NewID()
		time.Sleep(time.Millisecond)
		second = domain.NewID()
	})
	if first >= second {
		t.Errorf("%s comes after %s", first, second)
	}
	if read, err := domain.ParseID(strings.ToUpper(string(first))); err != nil || read != first {
		t.Errorf("read %s, %v", read, err)
	}
	for _, text := range []string{"", "1", "x" + string(first)[1:], string(first) + " "} {
		if _, err := domain.ParseID(text); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestLabelProblem_InvalidText_IsDescribed(t *testing.T) {
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
