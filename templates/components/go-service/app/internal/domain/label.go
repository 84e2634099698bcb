package domain

import "strconv"

// UserIDLimit is how long the name of a user may be.
const UserIDLimit = 255
@% if params.http or (params.grpc and params.database) %@

// KeyLimit is how long a key may be that a caller gives its request.
const KeyLimit = 128
@% endif %@

// LabelProblem says what is wrong with a text by which a caller names itself or its request; nothing when it is fine.
// Such texts are printable ASCII: whatever carries, logs and keeps them takes that as it is.
func LabelProblem(text string, limit int) string {
	if text == "" {
		return "must be given"
	}
	if len(text) > limit {
		return "must not be longer than " + strconv.Itoa(limit) + " characters"
	}
	for _, letter := range []byte(text) {
		if letter < ' ' || letter > '~' {
			return "must be printable ASCII"
		}
	}
	return ""
}
