package app_test

import (
	"errors"
	"testing"

	"@{ project.module }@/services/@{ unit.name }@/internal/app"
	"@{ project.module }@/services/@{ unit.name }@/internal/domain"
)

func TestService_AssessDraft_ReturnsAssessedOrInvalid(t *testing.T) {
	service := app.New()
	item, err := service.Assess(t.Context(), domain.Draft{UserID: "me", Reference: "a", Amount: 1, Currency: "EUR"})
	if err != nil || item.Status != domain.StatusAssessed {
		t.Errorf("became %+v, %v", item, err)
	}
	_, err = service.Assess(t.Context(), domain.Draft{})
	if _, invalid := errors.AsType[*domain.InvalidError](err); !invalid {
		t.Errorf("an empty draft: %v", err)
	}
}
