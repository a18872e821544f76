//! How a committed outcome is laid out: a line for each value that stands alone, so that a change
//! is seen line by line, without a line for each of its fields.

use serde_json::Value;

/// Longest object on one line (bytes).
const LINE_MAX: usize = 100;

/// JSON in which short objects, and arrays of plain values, stand on one line.
pub(crate) fn laid_out(json: &Value) -> String {
    let mut text = String::new();
    write(json, 0, &mut text);
    text.push('\n');
    text
}

fn write(json: &Value, depth: usize, out: &mut String) {
    let nested = |value: &Value| value.is_object() || value.is_array();
    let (open, close, entries) = match json {
        Value::Object(map) if map.values().any(nested) || json.to_string().len() > LINE_MAX => {
            let key = |key: &String| Some(Value::from(key.as_str()));
            ('{', '}', map.iter().map(|(name, value)| (key(name), value)).collect::<Vec<_>>())
        }
        Value::Array(items) if items.iter().any(nested) => {
            ('[', ']', items.iter().map(|value| (None, value)).collect())
        }
        flat => return out.push_str(&flat.to_string()),
    };
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', depth));
    };
    out.push(open);
    for (at, (key, value)) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        line(out, depth + 1);
        if let Some(key) = key {
            out.push_str(&key.to_string());
            out.push_str(": ");
        }
        write(value, depth + 1, out);
    }
    line(out, depth);
    out.push(close);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_objects_and_plain_arrays_stand_on_one_line() {
        let long = "a".repeat(LINE_MAX);
        let json = json!({
            "name": "a \"b\"", "none": {}, "metrics": { "p99": { "value": 1.5, "low": null } },
            "long": { "of": &long }, "series": [[1, 2], [], 3],
        });
        let expected = r#"{
 "name": "a \"b\"",
 "none": {},
 "metrics": {
  "p99": {"value":1.5,"low":null}
 },
 "long": {
  "of": "LONG"
 },
 "series": [
  [1,2],
  [],
  3
 ]
}
"#;
        assert_eq!(laid_out(&json), expected.replace("LONG", &long));
        assert_eq!(serde_json::from_str::<Value>(&laid_out(&json)).ok(), Some(json));
    }
}
