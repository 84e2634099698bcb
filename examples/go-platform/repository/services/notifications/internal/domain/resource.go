// Package domain holds the business rules. It depends on no database, transport or framework.
package domain

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Status is the state in the lifecycle.
type Status string

// The only transition is from pending to confirmed.
const (
	StatusPending   Status = "pending"
	StatusConfirmed Status = "confirmed"
)

const referenceLimit = 140

// Draft is the unvalidated input.
type Draft struct {
	UserID    string
	Reference string
	Amount    int64 // in the currency's minor unit, such as cents
	Currency  string
}

// Notification belongs to the user who created it.
type Notification struct {
	ID          ID
	UserID      string
	Reference   string
	Amount      int64
	Currency    string
	Status      Status
	CreatedAt   time.Time
	ConfirmedAt time.Time // zero while pending
}

// NewNotification validates a draft. If it breaks a rule, the error is an [InvalidError].
func NewNotification(draft Draft, now time.Time) (Notification, error) {
	draft.Reference = strings.TrimSpace(draft.Reference)
	wrong := map[string]string{}
	if length := utf8.RuneCountInString(draft.Reference); length < 1 || length > referenceLimit || strings.ContainsRune(draft.Reference, 0) {
		wrong["reference"] = "must be 1 to 140 characters"
	}
	if draft.Amount <= 0 {
		wrong["amount"] = "must be positive, in the currency's minor unit"
	}
	if !isCurrency(draft.Currency) {
		wrong["currency"] = "must be three capital letters of ISO 4217"
	}
	if problem := LabelProblem(draft.UserID, UserIDLimit); problem != "" {
		wrong["user_id"] = problem
	}
	if len(wrong) > 0 {
		return Notification{}, &InvalidError{Fields: wrong}
	}
	return Notification{
		ID:        NewID(),
		UserID:    draft.UserID,
		Reference: draft.Reference,
		Amount:    draft.Amount,
		Currency:  draft.Currency,
		Status:    StatusPending,
		CreatedAt: now.UTC().Truncate(time.Microsecond), // PostgreSQL's precision
	}, nil
}

// Confirmed returns a confirmed copy, and false if it was confirmed already.
func (item Notification) Confirmed(now time.Time) (Notification, bool) {
	if item.Status == StatusConfirmed {
		return item, false
	}
	item.Status = StatusConfirmed
	item.ConfirmedAt = now.UTC().Truncate(time.Microsecond)
	return item, true
}

func isCurrency(code string) bool {
	if len(code) != 3 {
		return false
	}
	for _, letter := range []byte(code) {
		if letter < 'A' || letter > 'Z' {
			return false
		}
	}
	return true
}

// UserIDLimit is the maximum length of a user id.
const UserIDLimit = 255

// LabelProblem says why text is not a valid user id or idempotency key; it is empty for valid text. Only printable
// ASCII is allowed, because headers, logs and the database all accept it unchanged.
func LabelProblem(text string, limit int) string {
	if text == "" {
		return "must be given"
	}
	if len(text) > limit {
		return "must not be longer than " + strconv.Itoa(limit) + " characters"
	}
	for _, letter := range []byte(text) {
		if letter < ' ' || letter > '~' {
			return "must be printable ASCII"
		}
	}
	return ""
}
