@% if not params.database %@
// Package ports declares the interfaces that the application needs from its adapters.
@% endif %@
package ports

import (
	"context"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

// Confirmer confirms a resource of another service. Implementations are idempotent.
type Confirmer interface {
	// Confirm returns [domain.ErrNotFound] if the service does not have the resource.
	Confirm(ctx context.Context, service string, id domain.ID) error
}
