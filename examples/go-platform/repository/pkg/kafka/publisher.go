package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kotel"
	"google.golang.org/protobuf/proto"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
	"git.example.com/acme/shop/pkg/telemetry"
)

// Publisher writes events to one topic. Events of one aggregate keep their order.
type Publisher struct {
	client *kgo.Client
	topic  string
}

// NewPublisher creates a publisher that connects on first use.
func NewPublisher(config Config, topic string) (*Publisher, error) {
	client, err := config.connect(kotel.NewTracer(), kgo.DefaultProduceTopic(topic))
	if err != nil {
		return nil, fmt.Errorf("kafka publisher: %w", err)
	}
	return &Publisher{client: client, topic: topic}, nil
}

// Close drops records that are not acknowledged yet.
func (p *Publisher) Close() { p.client.Close() }

// Publish returns when all events are acknowledged, or with the first error; then the caller publishes all of them again. If
// one record fails, the client also fails those behind it in the partition, so none overtakes it. Each continues the trace of
// the transaction that emitted it.
func (p *Publisher) Publish(ctx context.Context, events []*envelopev1.Envelope) error {
	records := make([]*kgo.Record, len(events))
	for i, event := range events {
		value, err := proto.Marshal(event)
		if err != nil {
			return fmt.Errorf("encode event %s: %w", event.GetEventId(), err)
		}
		records[i] = &kgo.Record{
			Key: []byte(event.GetAggregateId()), Value: value, Context: telemetry.Extract(ctx, event.GetTrace()),
			Headers: []kgo.RecordHeader{{Key: headerEventID, Value: []byte(event.GetEventId())}, {Key: headerType, Value: []byte(event.GetType())}},
		}
	}
	if err := p.client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		return fmt.Errorf("produce to %s: %w", p.topic, err)
	}
	return nil
}
