package process

import (
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// memoryLimitFile is where a container's limit stands, in bytes or as "max".
const memoryLimitFile = "/sys/fs/cgroup/memory.max"

// limitMemory lets the garbage collector work harder before the container is killed. GOMEMLIMIT has its say first.
func limitMemory() {
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	text, err := os.ReadFile(memoryLimitFile)
	if err != nil {
		return // not in a container, or another system
	}
	if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
		debug.SetMemoryLimit(limit / 10 * 9)
	}
}
