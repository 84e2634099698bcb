package kafka

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

const (
	lagInterval = 10 * time.Second
	// Special timestamps of ListOffsets: the first record, and the next one to be written.
	earliest, latest = -2, -1
)

// lags tracks the consumer lag of each partition that is assigned, or was when the session failed. Partitions taken
// over by another consumer are dropped, so that the sum over all consumers is correct.
type lags struct {
	mu   sync.Mutex
	held map[partition]position
}

type partition struct {
	topic  string
	number int32
}

// position holds the offsets of the next record to process and the next one to be written; -1 if unknown.
type position struct{ next, end int64 }

// hold starts tracking assigned partitions. Known positions are kept.
func (l *lags) hold(given map[string][]int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = make(map[partition]position)
	}
	for topic, numbers := range given {
		for _, number := range numbers {
			if _, held := l.held[partition{topic, number}]; !held {
				l.held[partition{topic, number}] = position{-1, -1}
			}
		}
	}
}

// restrict drops partitions that were not reassigned to this consumer.
func (l *lags) restrict(topics []string, given map[string][]int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.held, func(p partition, _ position) bool {
		return slices.Contains(topics, p.topic) && !slices.Contains(given[p.topic], p.number)
	})
}

// forget drops partitions that another consumer takes over.
func (l *lags) forget(taken map[string][]int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for topic, numbers := range taken {
		for _, number := range numbers {
			delete(l.held, partition{topic, number})
		}
	}
}

// dealt marks a record as processed.
func (l *lags) dealt(record *kgo.Record) {
	l.reach(partition{record.Topic, record.Partition}, record.Offset+1, -1)
}

// reach moves the position of a tracked partition forward, never back.
func (l *lags) reach(p partition, next, end int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at, holds := l.held[p]; holds {
		l.held[p] = position{max(at.next, next), max(at.end, end)}
	}
}

// keep measures periodically until ctx is cancelled, because records also arrive while the consumer waits or processes
// a slow one.
func (l *lags) keep(ctx context.Context, client *kgo.Client, log *slog.Logger) {
	ticker := time.NewTicker(lagInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := l.measure(ctx, client); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "measuring the lag failed", "error", err)
		}
	}
}

// measure queries the partitions' end offsets. If nothing was processed yet, the consumer's position is its last
// commit, or the first record without a commit.
func (l *lags) measure(ctx context.Context, client *kgo.Client) error {
	starts, err := l.ask(ctx, client, earliest)
	if err != nil {
		return err
	}
	ends, err := l.ask(ctx, client, latest)
	if err != nil {
		return err
	}
	committed := client.CommittedOffsets()
	for p, end := range ends {
		next := starts[p]
		if at, is := committed[p.topic][p.number]; is {
			next = max(next, at.Offset)
		}
		l.reach(p, next, end)
	}
	return nil
}

// ask queries one offset of each tracked partition.
func (l *lags) ask(ctx context.Context, client *kgo.Client, which int64) (map[partition]int64, error) {
	wanted := map[string][]kmsg.ListOffsetsRequestTopicPartition{}
	l.mu.Lock()
	for p := range l.held {
		one := kmsg.NewListOffsetsRequestTopicPartition()
		one.Partition, one.Timestamp = p.number, which
		wanted[p.topic] = append(wanted[p.topic], one)
	}
	l.mu.Unlock()
	if len(wanted) == 0 {
		return nil, nil
	}
	request := kmsg.NewPtrListOffsetsRequest()
	for topic, partitions := range wanted {
		one := kmsg.NewListOffsetsRequestTopic()
		one.Topic, one.Partitions = topic, partitions
		request.Topics = append(request.Topics, one)
	}
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return nil, fmt.Errorf("list offsets: %w", err)
	}
	offsets := map[partition]int64{}
	for _, topic := range response.Topics {
		for _, one := range topic.Partitions {
			if one.ErrorCode == 0 {
				offsets[partition{topic.Topic, one.Partition}] = one.Offset
			}
		}
	}
	return offsets, nil
}

func (l *lags) observe(observer metric.Observer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for p, at := range l.held {
		if at.next < 0 || at.end < 0 {
			continue
		}
		observer.ObserveInt64(lagRecords, max(0, at.end-at.next),
			metric.WithAttributes(attribute.String("topic", p.topic), attribute.Int("partition", int(p.number))))
	}
}

func (c *Consumer) observe(_ context.Context, observer metric.Observer) error {
	c.lags.observe(observer)
	for _, l := range []*loop{&c.first, &c.again} {
		var value int64
		if l.blocked.Load() {
			value = 1
		}
		observer.ObserveInt64(blocked, value, metric.WithAttributes(attribute.String("group", l.group)))
	}
	return nil
}
