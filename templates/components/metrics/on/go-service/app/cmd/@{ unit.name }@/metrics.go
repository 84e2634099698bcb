package main

import (
	"@{ project.module }@/pkg/metrics"
	"@{ project.module }@/pkg/process"
)

// metricsExtension lets every process be measured.
func metricsExtension() process.Extension { return metrics.Extension() }
