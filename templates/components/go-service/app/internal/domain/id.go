package domain

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"strings"
	"time"
)

// ID is a UUIDv7, so ids sort by creation time.
type ID string

var idForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// NewID generates an id from the current time and random bytes.
func NewID() ID {
	var bytes [16]byte
	_, _ = rand.Read(bytes[:]) // never returns an error: it crashes the program instead
	var clock [8]byte
	binary.BigEndian.PutUint64(clock[:], uint64(time.Now().UnixMilli()))
	copy(bytes[:6], clock[2:])
	bytes[6] = bytes[6]&0x0f | 0x70
	bytes[8] = bytes[8]&0x3f | 0x80
	text := hex.EncodeToString(bytes[:])
	return ID(strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-"))
}

// ParseID returns [ErrNotFound] for malformed text: nothing can have that id.
func ParseID(text string) (ID, error) {
	text = strings.ToLower(text)
	if !idForm.MatchString(text) {
		return "", ErrNotFound
	}
	return ID(text), nil
}
