package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kotel"
)

// Redrive moves every dead letter of the consumer to its retry topic, where it gets all attempts again. It remembers how far
// it is as the group `….redrive`, and returns how many it moved.
func (c *Consumer) Redrive(ctx context.Context) (moved int, err error) {
	origins := map[string]string{}
	var topics []string
	for _, subscription := range c.Subscriptions {
		topics = append(topics, DeadTopic(subscription.Topic, c.Name))
		origins[DeadTopic(subscription.Topic, c.Name)] = subscription.Topic
	}
	group := c.Group + ".redrive"
	client, err := c.Config.connect(kotel.NewTracer())
	if err != nil {
		return 0, fmt.Errorf("redrive: %w", err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	starts, startsErr := admin.ListStartOffsets(ctx, topics...)
	ends, endsErr := admin.ListEndOffsets(ctx, topics...)
	committed, committedErr := admin.FetchOffsets(ctx, group)
	if errors.Is(committedErr, kerr.GroupIDNotFound) {
		committedErr = nil // nothing was redriven yet
	}
	if err := errors.Join(startsErr, endsErr, committedErr); err != nil {
		return 0, fmt.Errorf("redrive: %w", err)
	}
	from, left := map[string]map[int32]kgo.Offset{}, 0
	ends.Each(func(end kadm.ListedOffset) {
		start, _ := starts.Lookup(end.Topic, end.Partition)
		next := start.Offset
		if at, is := committed.Lookup(end.Topic, end.Partition); is {
			next = max(next, at.At)
		}
		if end.Err == nil && next < end.Offset {
			if from[end.Topic] == nil {
				from[end.Topic] = map[int32]kgo.Offset{}
			}
			from[end.Topic][end.Partition] = kgo.NewOffset().At(next)
			left++
		}
	})
	client.AddConsumePartitions(from)
	for left > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return moved, fmt.Errorf("redrive: %w", err)
		}
		for record := range fetches.RecordsAll() {
			end, _ := ends.Lookup(record.Topic, record.Partition)
			if record.Offset >= end.Offset {
				continue // dead only since this began
			}
			if err := client.ProduceSync(ctx, forwarded(record, RetryTopic(origins[record.Topic], c.Name))).FirstErr(); err != nil {
				return moved, fmt.Errorf("redrive offset %d of %s: %w", record.Offset, record.Topic, err)
			}
			moved++
			done := kadm.Offsets{}
			done.AddOffset(record.Topic, record.Partition, record.Offset+1, -1)
			if err := admin.CommitAllOffsets(ctx, group, done); err != nil {
				return moved, fmt.Errorf("redrive: commit: %w", err)
			}
			if record.Offset+1 == end.Offset {
				left--
			}
		}
	}
	return moved, nil
}
