package ports

import (
	"context"

	"git.example.com/acme/shop/services/notifications/internal/domain"
)

// Confirmer confirms a resource of another service. Implementations are idempotent.
type Confirmer interface {
	// Confirm returns [domain.ErrNotFound] if the service does not have the resource.
	Confirm(ctx context.Context, service string, id domain.ID) error
}
