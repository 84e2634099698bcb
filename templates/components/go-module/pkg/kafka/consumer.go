package kafka

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"golang.org/x/sync/errgroup"

	envelopev1 "@{ project.module }@/gen/envelope/v1"
)

// Handler deals with one event; fresh is false when it did before. What it does is finished when it returns.
type Handler func(ctx context.Context, event *envelopev1.Envelope) (fresh bool, err error)

// Subscription is what a consumer takes from one topic.
type Subscription struct {
	Topic string
	// Handlers by type of event. Other types are passed over.
	Handlers map[string]Handler
}

// HandleTimeout bounds one call of a handler. A consumer that is told to stop finishes the records in hand, so its drain
// is longer than this and the commit.
const HandleTimeout = 15 * time.Second

const (
	commitTimeout = 5 * time.Second
	pollTimeout   = 10 * time.Second
	pollRecords   = 50
	// rebalanceTimeout is what the group waits for the records in hand of its slowest member.
	rebalanceTimeout = 2 * time.Minute
	// stalled is how long a living consumer may take between two turns of its loops.
	stalled = 5 * time.Minute
)

// Consumer deals with the events of some topics as one member of a group.
//
// A record that fails is put into the retry topic and does not hold up those behind it; after Attempts it goes to the
// dead topic. While Available fails nothing is given up: the consumer leaves the group and comes back later.
type Consumer struct {
	Config Config
	// Name is the consuming service; retry and dead topics carry it.
	Name          string
	Group         string
	Subscriptions []Subscription
	// Available says whether what the handlers need is there. Asked after a failure.
	Available func(ctx context.Context) error
	Log       *slog.Logger

	// Attempts is how often a record is tried, 10 when zero.
	Attempts int
	// Delay is the time before the second attempt; it doubles with each further one. 2 seconds when zero.
	Delay time.Duration

	lags   *lags
	turned atomic.Int64
}

// Run consumes until ctx ends.
func (c *Consumer) Run(ctx context.Context) error {
	c.lags = newLags()
	registration, err := meter.RegisterCallback(c.lags.observe, lagRecords)
	if err != nil {
		return fmt.Errorf("register the lag: %w", err)
	}
	defer func() { _ = registration.Unregister() }()

	var topics, retries []string
	for _, subscription := range c.Subscriptions {
		topics = append(topics, subscription.Topic)
		retries = append(retries, RetryTopic(subscription.Topic, c.Name))
	}
	// Retries wait for their time, so they have a client of their own.
	var loops errgroup.Group
	loops.Go(func() error { return c.keep(ctx, c.Group, topics) })
	loops.Go(func() error { return c.keep(ctx, c.Group+".retry", retries) })
	return loops.Wait()
}

// keep starts one session after the other until ctx ends. A new one continues at the last commit.
func (c *Consumer) keep(ctx context.Context, group string, topics []string) error {
	for {
		err := c.session(ctx, group, topics)
		if ctx.Err() != nil {
			return nil
		}
		c.Log.ErrorContext(ctx, "consumer failed, starting again from the last commit", "group", group, "error", err)
		for {
			c.turn()
			if wait(ctx, time.Now().Add(time.Second)) != nil || c.Available(ctx) == nil {
				break
			}
		}
	}
}

func (c *Consumer) session(ctx context.Context, group string, topics []string) error {
	client, err := kgo.NewClient(c.Config.options(
		kgo.ConsumerGroup(group),
		kgo.ConsumeTopics(topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.RebalanceTimeout(rebalanceTimeout),
		// A consumer that died has its partitions given to others after this time.
		kgo.SessionTimeout(15*time.Second),
		kgo.OnPartitionsAssigned(c.lags.hold),
		kgo.OnPartitionsRevoked(c.lags.forget),
		kgo.OnPartitionsLost(c.lags.forget),
		kgo.RecordDeliveryTimeout(deliveryTimeout),
	)...)
	if err != nil {
		return err
	}
	defer client.CloseAllowingRebalance()
	measuring, cancel := context.WithCancel(ctx)
	var measured sync.WaitGroup
	measured.Go(func() { c.lags.keep(measuring, client, c.Log) })
	defer measured.Wait()
	defer cancel()
	for ctx.Err() == nil {
		c.turn()
		if err := c.poll(ctx, client); err != nil {
			return err
		}
	}
	return nil
}

// poll takes some records, deals with them and commits, all before the group may be rebalanced.
func (c *Consumer) poll(ctx context.Context, client *kgo.Client) error {
	polling, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	fetches := client.PollRecords(polling, pollRecords)
	defer client.AllowRebalance()
	for _, failed := range fetches.Errors() {
		if !errors.Is(failed.Err, context.DeadlineExceeded) && !errors.Is(failed.Err, context.Canceled) {
			c.Log.WarnContext(ctx, "fetching failed", "topic", failed.Topic, "partition", failed.Partition, "error", failed.Err)
		}
	}
	done, failure := c.partitions(ctx, client, fetches)
	if len(done) > 0 {
		committing, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
		defer cancel()
		if err := client.CommitRecords(committing, done...); err != nil {
			return errors.Join(failure, fmt.Errorf("commit: %w", err))
		}
	}
	return failure
}

// partitions deals with partitions side by side, each in order, and returns the last record done of each.
func (c *Consumer) partitions(ctx context.Context, client *kgo.Client, fetches kgo.Fetches) ([]*kgo.Record, error) {
	var (
		mu    sync.Mutex
		done  []*kgo.Record
		group errgroup.Group
	)
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		group.Go(func() error {
			for _, record := range p.Records {
				if ctx.Err() != nil {
					return nil
				}
				if err := c.deal(ctx, client, record); err != nil {
					return err
				}
				c.turn()
				c.lags.dealt(record)
				c.lags.reach(partition{p.Topic, p.Partition}, -1, p.HighWatermark)
				mu.Lock()
				done = append(done, record)
				mu.Unlock()
			}
			return nil
		})
	})
	err := group.Wait()
	return done, err
}

func (c *Consumer) turn() { c.turned.Store(time.Now().UnixNano()) }

// Live says whether the loops turn. A broker or a database that is away does not stop them.
func (c *Consumer) Live(context.Context) error {
	turned := c.turned.Load()
	if turned == 0 {
		return nil // not started
	}
	if still := time.Since(time.Unix(0, turned)); still > stalled {
		return fmt.Errorf("the consumer's loops stand still for %s", still.Round(time.Second))
	}
	return nil
}

// wait returns at the given time, or with an error when ctx ends before.
func wait(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
