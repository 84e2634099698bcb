// Package app does what users and other services ask for.
package app

import (
	"context"
	"time"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

// Service is the use cases. It keeps nothing.
type Service struct{}

// New makes the use cases.
func New() *Service { return &Service{} }

// Assess says what a draft would become.
func (*Service) Assess(_ context.Context, draft domain.Draft) (domain.@{ params.noun | pascal }@, error) {
	return domain.New@{ params.noun | pascal }@(draft, time.Now())
}
