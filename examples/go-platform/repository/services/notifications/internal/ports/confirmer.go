package ports

import (
	"context"

	"git.example.com/acme/shop/services/notifications/internal/domain"
)

// Confirmer confirms what belongs to another service. Doing so again changes nothing.
type Confirmer interface {
	// Confirm gives [domain.ErrNotFound] when the service has no such thing.
	Confirm(ctx context.Context, service string, id domain.ID) error
}
