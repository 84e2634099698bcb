package kafka

import (
	"cmp"
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

// HandleTimeout bounds one call of a handler. A consumer that is told to stop finishes the records in hand, so a pod's
// grace period is longer than this and the commit.
const HandleTimeout = 15 * time.Second

const (
	commitTimeout    = 5 * time.Second
	pollTimeout      = 10 * time.Second
	pollRecords      = 10
	availableTimeout = 5 * time.Second
	// rebalanceTimeout is what the group waits for its slowest member, which finishes what it polled: a turn and the record
	// in hand.
	rebalanceTimeout = 2 * time.Minute
	defaultTurn      = time.Minute
	// stalled is how long a living consumer may take between two turns of a loop.
	stalled = 5 * time.Minute
)

var errSlow = errors.New("the records of one poll took too long")

// Consumer deals with the events of some topics as one member of a group.
//
// A record that fails is put into the retry topic and does not hold up those behind it; after Attempts it goes to the
// dead topic. While something that the handlers need is away, or there and of no use, nothing is given up: the consumer
// leaves the group and comes back later.
type Consumer struct {
	Config Config
	// Name is the consuming service; retry and dead topics carry it.
	Name          string
	Group         string
	Subscriptions []Subscription
	// Available says whether what the handlers need is there. Asked after a failure.
	Available func(ctx context.Context) error
	// Unavailable says whether a handler's error is about what it needs and not about the event: a database that takes no
	// writes may well answer Available.
	Unavailable func(err error) bool
	Log         *slog.Logger

	// Attempts is how often a record is tried, 10 when zero.
	Attempts int
	// Delay is the time before the second attempt; it doubles with each further one. 2 seconds when zero.
	Delay time.Duration
	// Turn is how long the records of one poll may take, a minute when zero. Then those that are done are committed, and the
	// others are polled again: the group would give them to somebody else while they are still dealt with here.
	Turn time.Duration

	lags lags
	// Retries wait for their time, so they have a loop and a client of their own.
	first, again loop
}

// loop takes records from some topics, as a member of a group of its own.
type loop struct {
	group  string
	topics []string
	turned atomic.Int64
	// blocked holds from a failure until a turn without one.
	blocked atomic.Bool
}

func (l *loop) turn() { l.turned.Store(time.Now().UnixNano()) }

// Run consumes until ctx ends.
func (c *Consumer) Run(ctx context.Context) error {
	c.first.group, c.again.group = c.Group, c.Group+".retry"
	for _, subscription := range c.Subscriptions {
		c.first.topics = append(c.first.topics, subscription.Topic)
		c.again.topics = append(c.again.topics, RetryTopic(subscription.Topic, c.Name))
	}
	registration, err := meter.RegisterCallback(c.observe, lagRecords, blocked)
	if err != nil {
		return fmt.Errorf("register the gauges: %w", err)
	}
	defer func() { _ = registration.Unregister() }()
	var loops errgroup.Group
	loops.Go(func() error { return c.keep(ctx, &c.first) })
	loops.Go(func() error { return c.keep(ctx, &c.again) })
	return loops.Wait()
}

// keep starts one session after the other until ctx ends. A new one continues at the last commit. The more of them fail
// at once, the longer it waits: each makes the group divide the partitions anew.
func (c *Consumer) keep(ctx context.Context, l *loop) error {
	for failures := 1; ; failures++ {
		worked, err := c.session(ctx, l)
		if ctx.Err() != nil {
			return nil
		}
		if worked {
			failures = 1
		}
		c.Log.ErrorContext(ctx, "consumer failed, starting again from the last commit", "group", l.group, "error", err)
		pause := c.pause(min(failures, defaultAttempts))
		for wait(ctx, time.Now().Add(pause)) == nil && c.available(ctx) != nil {
			l.turn()
			pause = time.Second
		}
	}
}

// session is one membership in the group, until something fails; worked is true when some turn went well.
func (c *Consumer) session(ctx context.Context, l *loop) (worked bool, err error) {
	var leaving atomic.Bool
	client, err := c.join(l, &leaving)
	if err != nil {
		l.blocked.Store(true)
		return false, err
	}
	defer func() {
		leaving.Store(true)
		client.CloseAllowingRebalance()
	}()
	measuring, cancel := context.WithCancel(ctx)
	var measured sync.WaitGroup
	measured.Go(func() { c.lags.keep(measuring, client, c.Log) })
	defer measured.Wait()
	defer cancel()
	for ctx.Err() == nil {
		l.turn()
		err := c.poll(ctx, client, l)
		// A long turn has dealt with some records, and nothing fails.
		slow := errors.Is(err, errSlow)
		l.blocked.Store(err != nil && !slow)
		if err != nil {
			return worked || slow, err
		}
		worked = true
	}
	return worked, nil
}

// join makes a client that is a member of the loop's group.
func (c *Consumer) join(l *loop, leaving *atomic.Bool) (*kgo.Client, error) {
	forget := func(_ context.Context, _ *kgo.Client, taken map[string][]int32) {
		// Who leaves because of a failure still has the work before it, and nobody else may be there to say so.
		if !leaving.Load() {
			c.lags.forget(taken)
		}
	}
	var begin sync.Once
	return kgo.NewClient(c.Config.options(append(producing(),
		kgo.ConsumerGroup(l.group),
		kgo.ConsumeTopics(l.topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.RebalanceTimeout(rebalanceTimeout),
		// A consumer that died has its partitions given to others after this time.
		kgo.SessionTimeout(15*time.Second),
		kgo.OnPartitionsAssigned(func(_ context.Context, _ *kgo.Client, given map[string][]int32) {
			begin.Do(func() { c.lags.restrict(l.topics, given) })
			c.lags.hold(given)
		}),
		kgo.OnPartitionsRevoked(forget),
		kgo.OnPartitionsLost(forget),
	)...)...)
}

// poll takes some records, deals with them and commits, all before the group may be rebalanced.
func (c *Consumer) poll(ctx context.Context, client *kgo.Client, l *loop) error {
	polling, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	fetches := client.PollRecords(polling, pollRecords)
	defer client.AllowRebalance()
	for _, failed := range fetches.Errors() {
		if !errors.Is(failed.Err, context.DeadlineExceeded) && !errors.Is(failed.Err, context.Canceled) {
			c.Log.WarnContext(ctx, "fetching failed", "topic", failed.Topic, "partition", failed.Partition, "error", failed.Err)
		}
	}
	done, failure := c.partitions(ctx, client, l, fetches)
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
func (c *Consumer) partitions(ctx context.Context, client *kgo.Client, l *loop, fetches kgo.Fetches) ([]*kgo.Record, error) {
	var (
		mu    sync.Mutex
		done  []*kgo.Record
		group errgroup.Group
	)
	end := time.Now().Add(cmp.Or(c.Turn, defaultTurn))
	fetches.EachPartition(func(p kgo.FetchTopicPartition) {
		if len(p.Records) > 0 {
			c.lags.reach(partition{p.Topic, p.Partition}, p.Records[0].Offset, p.HighWatermark)
		}
		group.Go(func() error {
			for i, record := range p.Records {
				if ctx.Err() != nil {
					return nil
				}
				if err := c.deal(ctx, client, record); err != nil {
					return err
				}
				l.turn()
				c.lags.dealt(record)
				c.lags.reach(partition{p.Topic, p.Partition}, -1, p.HighWatermark)
				mu.Lock()
				done = append(done, record)
				mu.Unlock()
				if i+1 < len(p.Records) && time.Now().After(end) {
					return errSlow
				}
			}
			return nil
		})
	})
	err := group.Wait()
	return done, err
}

// available asks for what the handlers need, for a bounded time.
func (c *Consumer) available(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, availableTimeout)
	defer cancel()
	return c.Available(ctx)
}

// Live says whether both loops turn. A broker or a database that is away does not stop them.
func (c *Consumer) Live(context.Context) error {
	for name, l := range map[string]*loop{"first deliveries": &c.first, "retries": &c.again} {
		turned := l.turned.Load()
		if turned == 0 {
			continue // not started
		}
		if still := time.Since(time.Unix(0, turned)); still > stalled {
			return fmt.Errorf("the consumer's loop of %s stands still for %s", name, still.Round(time.Second))
		}
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
