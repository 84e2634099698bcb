package tasks

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"go.uber.org/goleak"

	"git.example.com/acme/shop/pkg/config"
	"git.example.com/acme/shop/pkg/queue"
	"git.example.com/acme/shop/services/notifications/internal/app"
	"git.example.com/acme/shop/services/notifications/internal/domain"
	"git.example.com/acme/shop/services/notifications/internal/ports"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHandlers_ProcessTask_IsRegistered(t *testing.T) {
	handlers := Handlers(&app.Confirmation{})
	if len(handlers) != 1 || handlers[TypeProcess] == nil {
		t.Errorf("%d task types have handlers", len(handlers))
	}
	if len(Queues) == 0 || len(slices.Compact(slices.Sorted(slices.Values(Queues)))) != len(Queues) {
		t.Errorf("the queues are %q", Queues)
	}
}

func TestHandlers_MalformedPayload_SkipsRetry(t *testing.T) {
	err := Handlers(&app.Confirmation{})[TypeProcess](t.Context(), []byte("nonsense"))
	if !errors.Is(err, asynq.SkipRetry) {
		t.Errorf("got %v", err)
	}
}

func TestHandlers_CancelledContext_IsRetried(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	confirmation := &app.Confirmation{Takes: time.Minute}
	err := Handlers(confirmation)[TypeProcess](ctx, []byte(`{"service": "other", "id": "x"}`))
	if !errors.Is(err, context.Canceled) || errors.Is(err, asynq.SkipRetry) {
		t.Errorf("got %v", err)
	}
}

func TestSender_RepeatedEvent_EnqueuesOneTask(t *testing.T) {
	address, err := url.Parse(os.Getenv("QUEUE_URL"))
	if err != nil {
		t.Fatal("QUEUE_URL is not an address")
	}
	if address.Host == "" {
		t.Fatal("QUEUE_URL names no server: `make test` starts one and runs this test")
	}
	address.Path = "/15" // a database that no running stack uses
	settings := queue.Config{URL: config.URL(address.String())}
	client, err := queue.NewClient(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	sender := NewSender(client)
	event, origin := domain.NewID(), ports.Origin{Service: "other", ID: domain.NewID()}
	for range 2 {
		if err := sender.Follow(t.Context(), event, origin); err != nil {
			t.Fatal(err)
		}
	}
	got := make(chan processing, 2)
	worker := &queue.Worker{
		Config: settings, Queues: Queues, Concurrency: 1, Log: slog.New(slog.DiscardHandler),
		Handlers: map[string]queue.Handler{TypeProcess: queue.HandlerOf(func(_ context.Context, payload processing) error {
			if payload.ID == origin.ID {
				got <- payload
			}
			return nil
		})},
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- worker.Run(ctx) }()
	select {
	case payload := <-got:
		if payload.Service != origin.Service {
			t.Errorf("got %+v", payload)
		}
	case <-time.After(20 * time.Second):
		t.Error("the task was not processed within 20 seconds")
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(got) > 0 {
		t.Error("the event enqueued two tasks")
	}
}
