package kafka

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Record headers, besides those of the trace context.
const (
	headerEventID = "event_id"
	headerType    = "type"
	// On records in a retry or dead-letter topic.
	headerAttempt   = "attempt"
	headerNotBefore = "not_before"
	headerError     = "error"
)

// permanent marks an error that a retry cannot fix.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error as not retryable: the record is dead-lettered at once.
func Permanent(err error) error { return permanent{err} }

// IsPermanent says whether the error was marked by [Permanent].
func IsPermanent(err error) bool {
	_, is := errors.AsType[permanent](err)
	return is
}

func header(record *kgo.Record, key string) string {
	for _, h := range record.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

// attempts returns how often a record was tried. Elsewhere than in a retry topic its headers say nothing.
func attempts(record *kgo.Record) int {
	n, err := strconv.Atoi(header(record, headerAttempt))
	if err != nil || !strings.HasSuffix(record.Topic, ".retry") {
		return 0
	}
	return n
}

// due returns when a record is to be handled.
func due(record *kgo.Record) time.Time {
	milliseconds, err := strconv.ParseInt(header(record, headerNotBefore), 10, 64)
	if err != nil || attempts(record) == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds)
}

// forwarded copies a record for another topic, with a header for each of the pairs of key and value instead of its own.
func forwarded(record *kgo.Record, topic string, pairs ...string) *kgo.Record {
	headers := slices.DeleteFunc(slices.Clone(record.Headers), func(h kgo.RecordHeader) bool {
		return h.Key == headerAttempt || h.Key == headerNotBefore || h.Key == headerError
	})
	for pair := range slices.Chunk(pairs, 2) {
		headers = append(headers, kgo.RecordHeader{Key: pair[0], Value: []byte(pair[1])})
	}
	return &kgo.Record{Topic: topic, Key: record.Key, Value: record.Value, Headers: headers, Context: record.Context}
}
