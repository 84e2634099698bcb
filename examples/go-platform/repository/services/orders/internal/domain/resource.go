// Package domain holds the rules. It knows no database, no transport and no framework.
package domain

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Status is how far it has come.
type Status string

// The ways from pending lead to confirmed and never back.
const (
	StatusPending   Status = "pending"
	StatusConfirmed Status = "confirmed"
)

const referenceLimit = 140

// Draft is what somebody wants to have.
type Draft struct {
	UserID    string
	Reference string
	Amount    int64 // in the currency's minor unit
	Currency  string
}

// Order belongs to the user who asked for it.
type Order struct {
	ID          ID
	UserID      string
	Reference   string
	Amount      int64
	Currency    string
	Status      Status
	CreatedAt   time.Time
	ConfirmedAt time.Time // zero until it is
}

// NewOrder makes one of a draft that meets the rules; otherwise the error is an [InvalidError].
func NewOrder(draft Draft, now time.Time) (Order, error) {
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
		return Order{}, &InvalidError{Fields: wrong}
	}
	return Order{
		ID:        NewID(),
		UserID:    draft.UserID,
		Reference: draft.Reference,
		Amount:    draft.Amount,
		Currency:  draft.Currency,
		Status:    StatusPending,
		CreatedAt: now.UTC().Truncate(time.Microsecond), // what a database keeps of it
	}, nil
}

// Confirmed is the same, confirmed; false when it was so already.
func (item Order) Confirmed(now time.Time) (Order, bool) {
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

// UserIDLimit is how long the name of a user may be.
const UserIDLimit = 255

// KeyLimit is how long a key may be that a caller gives its request.
const KeyLimit = 128

// LabelProblem says what is wrong with a text by which a caller names itself or its request; nothing when it is fine.
// Such texts are printable ASCII: whatever carries, logs and keeps them takes that as it is.
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
