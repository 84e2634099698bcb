package kafka

import (
	"context"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"git.example.com/acme/shop/pkg/telemetry"
)

// Headers of a record; those of the trace come on top.
const (
	headerEventID = "event_id"
	headerType    = "type"
	// On records in a retry or a dead topic.
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

// traced is ctx with the trace and the baggage that the record carries.
func traced(ctx context.Context, record *kgo.Record) context.Context {
	carrier := make(map[string]string, len(record.Headers))
	for _, h := range record.Headers {
		carrier[h.Key] = string(h.Value)
	}
	return telemetry.Extract(ctx, carrier)
}

// attempts is how often a record of a retry topic was tried before.
func attempts(record *kgo.Record) int {
	n, err := strconv.Atoi(header(record, headerAttempt))
	if err != nil {
		return 0 // somebody else put it there
	}
	return n
}

// due is when a record of a retry topic is to be tried.
func due(record *kgo.Record) time.Time {
	milliseconds, err := strconv.ParseInt(header(record, headerNotBefore), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds)
}

// forwarded is a copy of a record for another topic, with the news about it.
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
