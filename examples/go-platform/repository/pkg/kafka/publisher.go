package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/proto"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
	"git.example.com/acme/shop/pkg/telemetry"
)

// Publisher writes events to one topic. Events of one aggregate keep their order.
type Publisher struct {
	client *kgo.Client
	topic  string
}

// NewPublisher creates a publisher that waits for all in-sync replicas. It connects on first use.
func NewPublisher(config Config, topic string) (*Publisher, error) {
	client, err := kgo.NewClient(config.options(append(producing(), kgo.DefaultProduceTopic(topic))...)...)
	if err != nil {
		return nil, fmt.Errorf("kafka publisher: %w", err)
	}
	return &Publisher{client: client, topic: topic}, nil
}

// Close drops records that are not acknowledged yet.
func (p *Publisher) Close() { p.client.Close() }

// Ping checks that a broker answers.
func (p *Publisher) Ping(ctx context.Context) error { return p.client.Ping(ctx) }

// Publish returns when all events are acknowledged, or with the first error; then the caller publishes all of them
// again. If one record fails, the client also fails those behind it in the partition, so none overtakes it.
func (p *Publisher) Publish(ctx context.Context, events []*envelopev1.Envelope) error {
	records := make([]*kgo.Record, len(events))
	for i, event := range events {
		record, span, err := p.record(ctx, event)
		if err != nil {
			return err
		}
		defer span.End()
		records[i] = record
	}
	if err := p.client.ProduceSync(ctx, records...).FirstErr(); err != nil {
		for _, record := range records {
			trace.SpanFromContext(record.Context).SetStatus(codes.Error, err.Error())
		}
		return fmt.Errorf("produce to %s: %w", p.topic, err)
	}
	return nil
}

// record builds the Kafka record and continues the trace of the transaction that emitted the event.
func (p *Publisher) record(ctx context.Context, event *envelopev1.Envelope) (*kgo.Record, trace.Span, error) {
	value, err := proto.Marshal(event)
	if err != nil {
		return nil, nil, fmt.Errorf("encode event %s: %w", event.GetEventId(), err)
	}
	ctx, span := tracer.Start(telemetry.Extract(ctx, event.GetTrace()), "publish "+p.topic,
		trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(
			attribute.String("messaging.system", "kafka"),
			attribute.String("messaging.destination.name", p.topic),
			attribute.String("messaging.message.id", event.GetEventId())))
	headers := []kgo.RecordHeader{
		{Key: headerEventID, Value: []byte(event.GetEventId())},
		{Key: headerType, Value: []byte(event.GetType())},
	}
	for key, value := range telemetry.Inject(ctx) {
		headers = append(headers, kgo.RecordHeader{Key: key, Value: []byte(value)})
	}
	return &kgo.Record{Key: []byte(event.GetAggregateId()), Value: value, Headers: headers, Context: ctx}, span, nil
}
