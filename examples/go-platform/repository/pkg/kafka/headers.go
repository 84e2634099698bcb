package kafka

import (
	"context"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"git.example.com/acme/shop/pkg/telemetry"
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

func header(record *kgo.Record, key string) string {
	for _, h := range record.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

// traced adds the record's trace context and baggage to ctx.
func traced(ctx context.Context, record *kgo.Record) context.Context {
	carrier := make(map[string]string, len(record.Headers))
	for _, h := range record.Headers {
		carrier[h.Key] = string(h.Value)
	}
	return telemetry.Extract(ctx, carrier)
}

// attempts returns the number of previous attempts of a record in a retry topic.
func attempts(record *kgo.Record) int {
	n, err := strconv.Atoi(header(record, headerAttempt))
	if err != nil {
		return 0 // not written by this package
	}
	return n
}

// due returns when a record in a retry topic is to be retried.
func due(record *kgo.Record) time.Time {
	milliseconds, err := strconv.ParseInt(header(record, headerNotBefore), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds)
}

// forwarded copies a record for another topic and sets the retry headers.
func forwarded(record *kgo.Record, topic string, attempt int, due time.Time, cause error) *kgo.Record {
	news := map[string]string{
		headerAttempt:   strconv.Itoa(attempt),
		headerNotBefore: strconv.FormatInt(due.UnixMilli(), 10),
		headerError:     cause.Error(),
	}
	var headers []kgo.RecordHeader
	for _, h := range record.Headers {
		if _, replaced := news[h.Key]; !replaced {
			headers = append(headers, h)
		}
	}
	for key, value := range news {
		headers = append(headers, kgo.RecordHeader{Key: key, Value: []byte(value)})
	}
	return &kgo.Record{Topic: topic, Key: record.Key, Value: record.Value, Headers: headers}
}
