package queue

import (
	"crypto/rand"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"@{ project.module }@/pkg/config"
)

func TestReporter_SeveralWorkers_OneReports(t *testing.T) {
	address, err := url.Parse(os.Getenv("QUEUE_URL"))
	if err != nil {
		t.Fatal("QUEUE_URL is not an address")
	}
	if address.Host == "" {
		t.Fatal("QUEUE_URL names no server: `make test` starts one and runs this test")
	}
	address.Path = "/15"
	settings := Config{URL: config.URL(address.String())}
	connection, err := open(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	inspector := asynq.NewInspectorFromRedisClient(connection)
	client, err := NewClient(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()

	queues := []string{rand.Text(), "never-sent-to-" + rand.Text()}
	if _, err := client.Send(t.Context(), Task{Type: "thing.make", ID: "1", Queue: queues[0]}); err != nil {
		t.Fatal(err)
	}
	key := "report:" + rand.Text()
	first := &reporter{connection: connection, key: key, self: "first"}
	second := &reporter{connection: connection, key: key, self: "second"}
	look := func(r *reporter) int {
		t.Helper()
		if err := r.look(t.Context(), inspector, queues); err != nil {
			t.Fatal(err)
		}
		return len(r.queues)
	}
	if n := look(first); n != 2 || first.queues[0].Pending != 1 || first.queues[1].Pending != 0 {
		t.Errorf("the first reports %d queues: %+v", n, first.queues)
	}
	if first.memory <= 0 || first.memory >= 1 {
		t.Errorf("the share of the broker's memory is %v", first.memory)
	}
	if n := look(second); n != 0 || second.memory != 0 {
		t.Errorf("the second reports %d queues too, and memory %v", n, second.memory)
	}
	if n := look(first); n != 2 {
		t.Errorf("the first lost its lease and reports %d queues", n)
	}
	if err := connection.PExpire(t.Context(), key, time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Millisecond)
	if n := look(second); n != 2 {
		t.Errorf("the second reports %d queues after the first is gone", n)
	}
	if n := look(first); n != 0 {
		t.Errorf("the first reports %d queues without the lease", n)
	}
}
