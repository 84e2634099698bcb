package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/plugin/kotel"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/protobuf/proto"

	envelopev1 "git.example.com/acme/shop/gen/envelope/v1"
)

// Creating an instrument fails only for an invalid name. These names are constant, so the errors are ignored.
var (
	meter = otel.Meter("git.example.com/acme/shop/pkg/kafka")

	consumed, _ = meter.Int64Counter("events_consumed_total", metric.WithDescription("Handled records, by outcome."))
	delay, _    = meter.Float64Histogram("event_delay_seconds",
		metric.WithDescription("Time from the event's occurrence until it was handled."),
		metric.WithExplicitBucketBoundaries(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300))
	lagRecords, _ = meter.Int64Gauge("consumer_lag_records",
		metric.WithDescription("Records of a partition that the group has not handled; every member reports all of them."))
	blocked, _ = meter.Int64UpDownCounter("consumer_blocked",
		metric.WithDescription("Partitions whose next record waits, because something that is needed is unreachable or rejects writes."))
)

// HandleTimeout bounds one call of a handler. A graceful end finishes the records in hand, so the pod's termination grace
// period must be longer than this and what follows a failure.
const HandleTimeout = 15 * time.Second

const (
	pollTimeout  = 10 * time.Second
	pollRecords  = 100
	lagInterval  = 10 * time.Second
	longestPause = 20 * time.Second
	// stalled is the time without a poll after which the consumer fails its liveness check.
	stalled = 5 * time.Minute
	// By default a failed event is tried every two minutes for four hours. All retries wait equally long, so that in the
	// retry topic no record waits behind one that is due later.
	defaultAttempts = 120
	defaultDelay    = 2 * time.Minute
)

// Handler handles one event. fresh is false for a duplicate.
type Handler func(ctx context.Context, event *envelopev1.Envelope) (fresh bool, err error)

// Subscription maps the event types of one topic to handlers. Other types are ignored.
type Subscription struct {
	Topic    string
	Handlers map[string]Handler
}

// Consumer handles the events of some topics as a member of a consumer group. Each partition has a goroutine of its own, so
// that a slow handler delays neither the others nor the group's heartbeats.
//
// A failed record moves to the retry topic, so it does not block those behind it, and after Attempts to the dead-letter
// topic. While what handlers need is unavailable, nothing moves: the partition is paused and its record tried again.
type Consumer struct {
	Config Config
	// Name is the consuming service. It is part of the names of the retry and dead-letter topics.
	Name          string
	Group         string
	Subscriptions []Subscription
	// Unavailable says whether a handler's error is an outage of what it needs, and not the event's fault.
	Unavailable func(err error) bool
	Log         *slog.Logger

	// Attempts is how often a record is tried, Delay the time between two attempts. Zero means the defaults.
	Attempts int
	Delay    time.Duration

	client *kgo.Client
	tracer *kotel.Tracer
	lanes  lanes
	polled atomic.Int64
}

// Run consumes until ctx is cancelled, and then finishes the records in hand.
func (c *Consumer) Run(ctx context.Context) error {
	c.tracer = kotel.NewTracer(kotel.ConsumerGroup(c.Group))
	c.lanes = lanes{handle: c.until, pause: c.pausing}
	var topics []string
	for _, subscription := range c.Subscriptions {
		topics = append(topics, subscription.Topic, RetryTopic(subscription.Topic, c.Name))
	}
	leave := func(ctx context.Context, client *kgo.Client, gone map[string][]int32) {
		c.lanes.stop(gone)
		if err := client.CommitMarkedOffsets(ctx); err != nil {
			c.Log.WarnContext(ctx, "handled records were not committed and come again", "error", err)
		}
	}
	var err error
	c.client, err = c.Config.connect(c.tracer,
		kgo.ConsumerGroup(c.Group),
		kgo.ConsumeTopics(topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.AutoCommitMarks(),
		kgo.AutoCommitInterval(time.Second),
		kgo.BlockRebalanceOnPoll(),
		// A partition that was paused comes with the next fetch.
		kgo.FetchMaxWait(time.Second),
		// Longer than the records in hand take; the partitions of a crashed member are given to others after the second.
		kgo.RebalanceTimeout(time.Minute),
		kgo.SessionTimeout(15*time.Second),
		kgo.OnPartitionsRevoked(leave),
		kgo.OnPartitionsLost(leave),
	)
	if err != nil {
		return fmt.Errorf("kafka consumer: %w", err)
	}
	defer c.client.CloseAllowingRebalance() // stops the lanes
	measuring := make(chan struct{})
	go func() {
		defer close(measuring)
		c.measure(ctx)
	}()
	for ctx.Err() == nil {
		c.poll(ctx)
	}
	<-measuring
	return nil
}

// poll hands what was fetched to the partitions' lanes.
func (c *Consumer) poll(ctx context.Context) {
	c.polled.Store(time.Now().UnixNano())
	polling, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	fetches := c.client.PollRecords(polling, pollRecords)
	fetches.EachError(func(topic string, partition int32, err error) {
		if polling.Err() == nil {
			c.Log.WarnContext(ctx, "fetching failed", "topic", topic, "partition", partition, "error", err)
		}
	})
	fetches.EachPartition(func(p kgo.FetchTopicPartition) { c.lanes.add(p.Topic, p.Partition, p.Records) })
	c.client.AllowRebalance()
}

// pausing stops or resumes fetching a partition.
func (c *Consumer) pausing(topic string, partition int32, pause bool) {
	of := map[string][]int32{topic: {partition}}
	if pause {
		c.client.PauseFetchPartitions(of)
	} else {
		c.client.ResumeFetchPartitions(of)
	}
}

// until handles a record when it is due, and again for as long as what it needs is unavailable.
func (c *Consumer) until(ctx context.Context, record *kgo.Record) {
	if left := time.Until(due(record)); left > 0 {
		c.lanes.hold(record.Topic, record.Partition)
		wait(ctx, left)
	}
	for try := 0; ctx.Err() == nil; try++ {
		err := c.deal(record)
		if err == nil {
			c.client.MarkCommitRecords(record)
			return
		}
		c.Log.ErrorContext(record.Context, "event waits for what it needs", "topic", record.Topic, "partition", record.Partition,
			"offset", record.Offset, "error", err)
		c.lanes.hold(record.Topic, record.Partition)
		partition := metric.WithAttributes(attribute.String("topic", record.Topic))
		blocked.Add(ctx, 1, partition)
		wait(ctx, min(time.Second<<min(try, 10), longestPause))
		blocked.Add(ctx, -1, partition)
	}
}

// deal handles one record, or forwards it to the retry or dead-letter topic. An error means that neither was possible.
func (c *Consumer) deal(record *kgo.Record) error {
	ctx, span := c.tracer.WithProcessSpan(record)
	defer span.End()
	outcome, event, err := c.handle(ctx, record)
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
		if !IsPermanent(err) && c.Unavailable(err) {
			return err
		}
		if outcome, err = c.forward(ctx, record, err); err != nil {
			return err
		}
	}
	kind := metric.WithAttributes(attribute.String("topic", record.Topic), attribute.String("type", header(record, headerType)))
	consumed.Add(ctx, 1, kind, metric.WithAttributes(attribute.String("outcome", outcome)))
	if outcome == "handled" {
		delay.Record(ctx, time.Since(event.GetOccurredAt().AsTime()).Seconds(), kind)
	}
	c.Log.InfoContext(ctx, "event processed", "topic", record.Topic, "type", header(record, headerType),
		"event_id", header(record, headerEventID), "outcome", outcome)
	return nil
}

// handle calls the record's handler. A panic counts as a failure; else the record would crash the process after each start.
func (c *Consumer) handle(ctx context.Context, record *kgo.Record) (outcome string, event *envelopev1.Envelope, err error) {
	ctx, cancel := context.WithTimeout(ctx, HandleTimeout)
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	event = new(envelopev1.Envelope)
	if err := proto.Unmarshal(record.Value, event); err != nil {
		return "", nil, Permanent(fmt.Errorf("decode the envelope: %w", err))
	}
	handler, known := c.subscription(record).Handlers[event.GetType()]
	if !known {
		return "ignored", event, nil
	}
	fresh, err := handler(ctx, event)
	if err != nil {
		return "", nil, fmt.Errorf("handle %s %s: %w", event.GetType(), event.GetEventId(), err)
	}
	if !fresh {
		return "duplicate", event, nil
	}
	return "handled", event, nil
}

// forward moves a failed record to the retry or dead-letter topic.
func (c *Consumer) forward(ctx context.Context, record *kgo.Record, cause error) (outcome string, err error) {
	attempt := attempts(record) + 1
	topic := c.subscription(record).Topic
	outcome, target := "retried", RetryTopic(topic, c.Name)
	if IsPermanent(cause) || attempt >= cmp.Or(c.Attempts, defaultAttempts) {
		outcome, target = "dead", DeadTopic(topic, c.Name)
	}
	c.Log.ErrorContext(ctx, "event failed", "topic", record.Topic, "partition", record.Partition, "offset", record.Offset,
		"event_id", header(record, headerEventID), "attempt", attempt, "outcome", outcome, "error", cause)
	again := time.Now().Add(cmp.Or(c.Delay, defaultDelay)).UnixMilli()
	moved := forwarded(record, target, headerAttempt, strconv.Itoa(attempt), headerNotBefore, strconv.FormatInt(again, 10), headerError, cause.Error())
	moved.Context = ctx
	producing, cancel := context.WithTimeout(context.WithoutCancel(ctx), deliveryTimeout)
	defer cancel()
	if err := c.client.ProduceSync(producing, moved).FirstErr(); err != nil {
		return "", fmt.Errorf("forward to %s: %w", target, err)
	}
	return outcome, nil
}

// subscription returns the subscription that a record came from, directly or through its retry topic.
func (c *Consumer) subscription(record *kgo.Record) Subscription {
	for _, subscription := range c.Subscriptions {
		if record.Topic == subscription.Topic || record.Topic == RetryTopic(subscription.Topic, c.Name) {
			return subscription
		}
	}
	return Subscription{Topic: record.Topic}
}

// measure reports the group's lag until ctx is cancelled.
func (c *Consumer) measure(ctx context.Context) {
	admin := kadm.NewClient(c.client)
	for ctx.Err() == nil {
		lags, err := admin.Lag(ctx, c.Group)
		if err == nil {
			err = lags.Error()
		}
		for _, lag := range lags[c.Group].Lag.Sorted() {
			if lag.Err == nil {
				lagRecords.Record(ctx, lag.Lag, metric.WithAttributes(attribute.String("topic", lag.Topic), attribute.Int("partition", int(lag.Partition))))
			}
		}
		if err != nil && ctx.Err() == nil {
			c.Log.WarnContext(ctx, "measuring the lag failed", "error", err)
		}
		wait(ctx, lagInterval)
	}
}

// Live is the liveness check: the consumer polls. An unreachable broker or database does not stop it.
func (c *Consumer) Live() error {
	if polled := c.polled.Load(); polled != 0 && time.Since(time.Unix(0, polled)) > stalled {
		return errors.New("the consumer does not poll")
	}
	return nil
}

func wait(ctx context.Context, duration time.Duration) {
	if duration <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(duration):
	}
}

// lanes holds a goroutine for each partition with records in hand.
type lanes struct {
	handle func(ctx context.Context, record *kgo.Record)
	pause  func(topic string, partition int32, pause bool)

	mu  sync.Mutex
	all map[lane]*work
}

type lane struct {
	topic     string
	partition int32
}

type work struct {
	records []*kgo.Record
	paused  bool
	cancel  context.CancelFunc
	done    chan struct{}
}

// add hands records to a partition's goroutine. A partition with many in hand is paused.
func (l *lanes) add(topic string, partition int32, records []*kgo.Record) {
	if len(records) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all == nil {
		l.all = map[lane]*work{}
	}
	at := lane{topic, partition}
	if busy, is := l.all[at]; is {
		busy.records = append(busy.records, records...)
		if len(busy.records) >= pollRecords {
			l.halt(at, busy)
		}
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	w := &work{records: records, cancel: cancel, done: make(chan struct{})}
	l.all[at] = w
	go func() {
		defer close(w.done)
		defer cancel()
		for record := l.next(ctx, at); record != nil; record = l.next(ctx, at) {
			l.handle(ctx, record)
		}
	}()
}

// hold pauses a partition whose record in hand waits.
func (l *lanes) hold(topic string, partition int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := lane{topic, partition}
	l.halt(at, l.all[at])
}

func (l *lanes) halt(at lane, w *work) {
	if !w.paused {
		w.paused = true
		l.pause(at.topic, at.partition, true)
	}
}

// next takes the partition's next record. Without one, or at the end, a paused partition is fetched again.
func (l *lanes) next(ctx context.Context, at lane) *kgo.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.all[at]
	if ctx.Err() != nil || len(w.records) == 0 {
		delete(l.all, at)
		if w.paused {
			l.pause(at.topic, at.partition, false)
		}
		return nil
	}
	record := w.records[0]
	w.records = w.records[1:]
	return record
}

// stop ends partitions that another member takes over: the record in hand is finished, those behind it are left.
func (l *lanes) stop(gone map[string][]int32) {
	var ending []*work
	l.mu.Lock()
	for topic, partitions := range gone {
		for _, partition := range partitions {
			if w, is := l.all[lane{topic, partition}]; is {
				w.cancel()
				ending = append(ending, w)
			}
		}
	}
	l.mu.Unlock()
	for _, w := range ending {
		<-w.done
	}
}
