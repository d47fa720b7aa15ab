package dev.counterfoil.gateway.settings;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@link Settings} from a YAML file and the environment, which wins. */
public final class SettingsFile {
    /** Names the file where {@code --config} is not given. */
    public static final String FILE_VARIABLE = "COUNTERFOIL_CONFIG";

    private static final YAMLMapper YAML = new YAMLMapper(YAMLFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());

    private SettingsFile() {}

    /**
     * The settings of {@code file}, or of the file that {@code COUNTERFOIL_CONFIG} names, or the defaults; each overridden by
     * its {@code COUNTERFOIL_} variable of {@code environment}.
     *
     * @throws SettingsException with one line that names the setting
     */
    public static Settings load(Optional<Path> file, Map<String, String> environment) {
        ObjectNode tree = file.or(() ->
                        Optional.ofNullable(environment.get(FILE_VARIABLE)).map(Path::of))
                .map(SettingsFile::read)
                .orElseGet(JsonNodeFactory.instance::objectNode);
        SettingPaths paths = new SettingPaths();
        paths.checkNames(tree, "");
        paths.override(tree, environment);
        return RecordBinder.bind(tree, Settings.defaults(), "");
    }

    private static ObjectNode read(Path file) {
        try {
            JsonNode tree = YAML.readTree(Files.readString(file));
            if (tree.isMissingNode() || tree.isNull()) {
                return JsonNodeFactory.instance.objectNode();
            }
            if (tree instanceof ObjectNode sections) {
                return sections;
            }
            throw new SettingsException(file + ": no settings (expected: lines such as \"http:\")");
        } catch (NoSuchFileException e) {
            throw new SettingsException(file + ": no such file");
        } catch (JsonProcessingException e) {
            throw new SettingsException(file + place(e.getLocation()) + ": not YAML, or a setting is there twice");
        } catch (IOException e) {
            throw new SettingsException(
                    file + ": cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static String place(@Nullable JsonLocation location) {
        return location == null ? "" : ":" + location.getLineNr() + ":" + location.getColumnNr();
    }
}
