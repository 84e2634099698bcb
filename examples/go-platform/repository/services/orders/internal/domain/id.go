package domain

import (
	"strings"

	"github.com/google/uuid"
)

// ID is a UUIDv7, so ids sort by creation time.
type ID string

// NewID generates an id from the current time and random bytes.
func NewID() ID { return ID(uuid.Must(uuid.NewV7()).String()) }

// ParseID returns [ErrNotFound] for malformed text: nothing can have that id.
func ParseID(text string) (ID, error) {
	text = strings.ToLower(text)
	// Parse takes longer forms, too, such as one in braces.
	if parsed, err := uuid.Parse(text); err != nil || parsed.String() != text {
		return "", ErrNotFound
	}
	return ID(text), nil
}
