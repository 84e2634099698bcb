package kafka_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/proto"

	envelopev1 "@{ project.module }@/gen/envelope/v1"
	"@{ project.module }@/pkg/kafka"
)

// errNoWrites simulates a dependency that is read-only but still answers health checks.
var errNoWrites = errors.New("no writes")

func TestConsumer_DependencyOutage_ReportsBlockedUntilRecovery(t *testing.T) {
	w := newWorld(t)
	w.publish(t, t.Context(), "1", "2", "3")
	var away atomic.Bool
	away.Store(true)
	stop := w.consume(t, func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
		if away.Load() {
			return false, errors.New("no database")
		}
		w.see(event.GetEventId())
		return true, nil
	}, func(ctx context.Context) error {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("the health check has no deadline")
		}
		w.see("asked")
		if away.Load() {
			return errors.New("no database")
		}
		return nil
	})
	group := "group-" + w.topic
	eventually(t, "it is blocked", func() bool { return w.count("asked") > 0 })
	for asked := w.count("asked"); w.count("asked") < asked+3; time.Sleep(10 * time.Millisecond) {
		blocked, lag := w.consumer.Gauges()
		if blocked[group+".retry"] != 0 || lag[w.topic] != 3 {
			t.Fatalf("blocked %v, lag %v", blocked, lag)
		}
		if w.count("asked") > 1 && blocked[group] != 1 {
			t.Fatalf("blocked %v after the failure", blocked)
		}
	}
	away.Store(false)
	eventually(t, "it recovers", func() bool {
		blocked, lag := w.consumer.Gauges()
		return w.count("3") == 1 && blocked[group] == 0 && lag[w.topic] == 0
	})
	stop()
}

func TestConsumer_UnavailableError_IsRetriedWithoutLimit(t *testing.T) {
	w := newWorld(t)
	w.publish(t, t.Context(), "1", "2")
	stop := w.consume(t, func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
		if w.count("failed") < 5 { // more than Attempts
			w.see("failed")
			return false, errNoWrites
		}
		w.see(event.GetEventId())
		return true, nil
	}, nil)
	eventually(t, "it fails again", func() bool { return w.count("failed") >= 2 })
	if blocked, _ := w.consumer.Gauges(); blocked["group-"+w.topic] != 1 {
		t.Errorf("blocked %v", blocked)
	}
	eventually(t, "both are handled", func() bool { return w.count("2") == 1 })
	stop()
	if got := w.seen[5:]; !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("handled %q", w.seen)
	}
}

func TestConsumer_LongTurn_PollsRemainingRecordsAgain(t *testing.T) {
	w := newWorld(t)
	w.turn = time.Millisecond
	w.publish(t, t.Context(), "1", "2", "3")
	stop := w.consume(t, func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
		w.see(event.GetEventId())
		time.Sleep(10 * time.Millisecond)
		return true, nil
	}, nil)
	eventually(t, "all are handled", func() bool { return w.count("3") == 1 })
	stop()
	if want := []string{"1", "2", "3"}; !slices.Equal(w.seen, want) {
		t.Errorf("got %q, want %q", w.seen, want)
	}
}

func TestConsumer_HandlerPanic_IsRetriedThenDeadLettered(t *testing.T) {
	w := newWorld(t)
	w.publish(t, t.Context(), "poison", "next")
	stop := w.consume(t, func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
		w.see(event.GetEventId())
		if event.GetEventId() == "poison" {
			panic("a nil map")
		}
		return true, nil
	}, nil)
	got := w.dead(t)
	stop()
	if !slices.Equal(got, []string{"poison"}) || w.count("poison") != 3 || w.count("next") != 1 {
		t.Errorf("dead-lettered %q, handled %q", got, w.seen)
	}
}

func TestConsumer_ReplayedDeadRecord_GetsAllAttempts(t *testing.T) {
	w := newWorld(t)
	client, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(w.config.Brokers, ",")...), kgo.AllowAutoTopicCreation())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	value, err := proto.Marshal(&envelopev1.Envelope{EventId: "1", Type: "thing.made"})
	if err != nil {
		t.Fatal(err)
	}
	dead := &kgo.Record{Topic: w.topic, Value: value, Headers: []kgo.RecordHeader{
		{Key: "attempt", Value: []byte("3")},
		{Key: "not_before", Value: strconv.AppendInt(nil, time.Now().Add(time.Hour).UnixMilli(), 10)},
		{Key: "error", Value: []byte("it was so")},
	}}
	if err := client.ProduceSync(t.Context(), dead).FirstErr(); err != nil {
		t.Fatal(err)
	}
	stop := w.consume(t, func(_ context.Context, event *envelopev1.Envelope) (bool, error) {
		w.see(event.GetEventId())
		if w.count("1") < 3 {
			return false, errors.New("not this time")
		}
		return true, nil
	}, nil)
	eventually(t, "it is attempted three times", func() bool { return w.count("1") == 3 })
	stop()
}

func TestConsumer_StalledLoop_FailsLiveness(t *testing.T) {
	for _, test := range []struct {
		first, again time.Duration
		alive        bool
	}{
		{time.Second, time.Second, true},
		{time.Hour, time.Second, false},
		{time.Second, time.Hour, false},
	} {
		consumer := new(kafka.Consumer)
		consumer.Turned(test.first, test.again)
		if err := consumer.Live(t.Context()); (err == nil) != test.alive {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestProducers_UnreachableBroker_AbandonRecords(t *testing.T) {
	publisher, err := kafka.NewPublisher(kafka.Config{Brokers: "127.0.0.1:1"}, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer publisher.Close()
	consumer, err := (&kafka.Consumer{Config: kafka.Config{Brokers: "127.0.0.1:1"}, Group: "test"}).Join()
	if err != nil {
		t.Fatal(err)
	}
	defer consumer.CloseAllowingRebalance()
	for name, client := range map[string]*kgo.Client{"publisher": publisher.Client(), "consumer": consumer} {
		if !kafka.GivesUpProducing(client) {
			t.Errorf("the %s may wait for ever for a broker", name)
		}
	}
}
