"""The API's input and output of the evidence room: explicit fields, the sensitive ones left out where they must be."""
