package domain

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"strings"
	"time"
)

// ID names one thing, everywhere and for ever: a UUID of version 7, so that ids sort by the time they were made.
type ID string

var idForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// NewID makes one.
func NewID() ID {
	var bytes [16]byte
	_, _ = rand.Read(bytes[:]) // never fails: it ends the program instead
	var clock [8]byte
	binary.BigEndian.PutUint64(clock[:], uint64(time.Now().UnixMilli()))
	copy(bytes[:6], clock[2:])
	bytes[6] = bytes[6]&0x0f | 0x70
	bytes[8] = bytes[8]&0x3f | 0x80
	text := hex.EncodeToString(bytes[:])
	return ID(strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-"))
}

// ParseID reads one; what isn't one names nothing.
func ParseID(text string) (ID, error) {
	text = strings.ToLower(text)
	if !idForm.MatchString(text) {
		return "", ErrNotFound
	}
	return ID(text), nil
}
