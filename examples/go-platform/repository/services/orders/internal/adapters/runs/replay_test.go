package runs_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"git.example.com/acme/shop/pkg/workflow"
	"git.example.com/acme/shop/services/orders/internal/adapters/runs"
	"git.example.com/acme/shop/services/orders/internal/app"
	"git.example.com/acme/shop/services/orders/internal/domain"
)

func replayer() worker.WorkflowReplayer {
	replayer := worker.NewWorkflowReplayer()
	runs.RegisterWorkflows(replayer)
	return replayer
}

// Replaying histories from production catches non-deterministic changes. The first files were recorded from the first
// version on a development server; host names and activity inputs are removed.
func TestWorkflow_RecordedHistory_Replays(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("there is no history to replay")
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			if err := replayer().ReplayWorkflowHistoryFromJSONFile(nil, file); err != nil {
				t.Error(err)
			}
		})
	}
}

func connect(t *testing.T) client.Client {
	t.Helper()
	address := os.Getenv("TEMPORAL_ADDRESS")
	if address == "" {
		t.Fatal("TEMPORAL_ADDRESS names no server: `make test` starts one and runs this test")
	}
	connection, err := workflow.Open(workflow.Config{Address: address, Namespace: "default"}, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connection.Close)
	return connection
}

func TestWorkflow_OnServer_CompletesAndReplays(t *testing.T) {
	connection := connect(t)
	m := newMemory(t)
	queue := "test-" + rand.Text()
	w := worker.New(connection, queue, worker.Options{})
	runs.Register(w, runs.NewActivities(app.NewSteps(m, m)))
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	execution, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: queue},
		domain.WorkflowRefund, runs.Input{SubjectID: m.subject.ID})
	if err != nil {
		t.Fatal(err)
	}
	var result runs.Result
	if err := execution.Get(t.Context(), &result); err != nil || result.Status != domain.RunCompleted {
		t.Fatalf("ended as %+v, %v", result, err)
	}
	var recorded history.History
	events := connection.GetWorkflowHistory(t.Context(), execution.GetID(), execution.GetRunID(), false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		recorded.Events = append(recorded.Events, event)
	}
	if err := replayer().ReplayWorkflowHistory(nil, &recorded); err != nil {
		t.Error(err)
	}
}

func TestStarter_RepeatedStart_KeepsOneRun(t *testing.T) {
	connection := connect(t)
	subject, starter := domain.NewID(), runs.NewStarter(connection)
	id := "orders/" + domain.WorkflowRefund + "/" + string(subject)
	t.Cleanup(func() { _ = connection.TerminateWorkflow(context.Background(), id, "", "the test is over") })
	var first string
	for _, want := range []bool{true, false} {
		if fresh, err := starter.Start(t.Context(), domain.WorkflowRefund, subject); err != nil || fresh != want {
			t.Fatalf("fresh is %t, %v", fresh, err)
		}
		described, err := connection.DescribeWorkflowExecution(t.Context(), id, "")
		if err != nil {
			t.Fatal(err)
		}
		run := described.GetWorkflowExecutionInfo().GetExecution().GetRunId()
		if first == "" {
			first = run
		}
		if run != first {
			t.Errorf("run %s was followed by %s", first, run)
		}
	}
}
