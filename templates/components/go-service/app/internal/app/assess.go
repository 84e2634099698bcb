// Package app implements the use cases.
package app

import (
	"context"
	"time"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

// Service implements the use cases. It is stateless.
type Service struct{}

// New creates a Service.
func New() *Service { return &Service{} }

// Assess validates a draft and returns the result without storing it.
func (*Service) Assess(_ context.Context, draft domain.Draft) (domain.@{ params.noun | pascal }@, error) {
	return domain.New@{ params.noun | pascal }@(draft, time.Now())
}
