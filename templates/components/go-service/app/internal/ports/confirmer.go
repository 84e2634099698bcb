@% if not params.database %@
// Package ports says what the application needs of the outside, in its own words.
@% endif %@
package ports

import (
	"context"

	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

// Confirmer confirms what belongs to another service. Doing so again changes nothing.
type Confirmer interface {
	// Confirm gives [domain.ErrNotFound] when the service has no such thing.
	Confirm(ctx context.Context, service string, id domain.ID) error
}
