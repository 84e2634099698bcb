package main

import (
	"git.example.com/acme/shop/pkg/metrics"
	"git.example.com/acme/shop/pkg/process"
)

// metricsExtension lets every process be measured.
func metricsExtension() process.Extension { return metrics.Extension() }
