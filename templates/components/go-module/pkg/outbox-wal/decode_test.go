package outbox

import (
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
)

// What PostgreSQL 18 sent for a transaction with two messages, and a cut through each record.
const (
	begin   = "420000000001c00cb0000303c2205d3be5000002fe"
	hello   = "4d010000000001c00c786f72646572735f6f7574626f78000000000568656c6c6f"
	empty   = "4d010000000001c00cb0780000000000"
	commit  = "43000000000001c00cb00000000001c00ce0000303c2205d3be5"
	row     = "4900004000"
	cutText = "4d010000000001c00c786f7264"
)

func TestRecords(t *testing.T) {
	prefix := string([]byte{0x6f, 0x72, 0x64, 0x65, 0x72, 0x73}) + "_outbox"
	for _, test := range []struct {
		name    string
		records []string
		want    batch
		refused string
	}{
		{name: "a transaction", records: []string{begin, hello, empty, commit}, want: batch{
			messages: []message{{prefix: prefix, content: []byte("hello")}, {prefix: "x", content: []byte{}}},
			end:      0x1c00ce0,
		}},
		{name: "two transactions end where the later one does", records: []string{begin, commit, begin, strings.Replace(commit, "01c00ce0", "01c00dff", 1)}, want: batch{end: 0x1c00dff}},
		{name: "rows are passed over", records: []string{row}},
		{name: "nothing at all", records: []string{""}, refused: "empty record"},
		{name: "cut in the commit", records: []string{commit[:len(commit)-2]}, refused: "cut off"},
		{name: "cut in the begin", records: []string{begin[:10]}, refused: "cut off"},
		{name: "cut in the prefix", records: []string{cutText}, refused: "cut off"},
		{name: "cut in the content", records: []string{hello[:len(hello)-2]}, refused: "cut off"},
		{name: "a length beyond the record", records: []string{strings.Replace(hello, "00000005", "ffffffff", 1)}, refused: "cut off"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got batch
			var err error
			for _, text := range test.records {
				record, broken := hex.DecodeString(text)
				if broken != nil {
					t.Fatal(broken)
				}
				if err = got.add(record); err != nil {
					break
				}
			}
			if test.refused != "" {
				if err == nil || !strings.Contains(err.Error(), test.refused) {
					t.Fatalf("got %v, want %q", err, test.refused)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, test.want)
			}
		})
	}
}

func TestPositionsAreWrittenAsPostgreSQLReadsThem(t *testing.T) {
	if got := lsn(0x16_b374d848).String(); got != "16/B374D848" {
		t.Errorf("got %s", got)
	}
}
