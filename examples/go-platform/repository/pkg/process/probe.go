package process

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// probe is the HTTP health check for use inside the image, which has neither a shell nor curl.
func probe(address string, out io.Writer) int {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		fmt.Fprintln(out, err)
		return 2
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		fmt.Fprintln(out, response.Status)
		return 1
	}
	return 0
}
